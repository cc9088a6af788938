#!/usr/bin/env python3
"""Writes stdlib_3_14.txt: how the standard library of CPython 3.14 differs from that of 3.13.

    python3 derive_stdlib_3_14.py --cache DIR --before PYODIDE --after PYODIDE --typeshed STDLIB

No CPython 3.14 was at hand to measure, so the difference is taken between two builds that are alike in all but the
version: Pyodide with CPython 3.13 and Pyodide with CPython 3.14 (npm `pyodide`, unpacked), each running
stdlib_probe.py over its whole library under Node. What both builds lack (no threads' modules, no curses, no Tk) is
compared as source text where there is any, else taken to be as in 3.13; names of C modules that exist on Linux only
come from the stubs of typeshed. The figures of 3.13 on Linux, to which the difference is applied, come from the cache
that generate_stdlib.py leaves (`--cache`). Run it with Python 3.13, which reads nearly all of that source.
"""
import argparse
import ast
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import generate_stdlib as base

# Modules that the survey leaves in place, because the running interpreter stands on them.
KEPT = {"abc", "codecs", "io", "os", "os.path", "posixpath", "genericpath", "ntpath", "stat", "site", "_sitebuiltins",
        "_collections_abc", "zipimport", "encodings", "encodings.aliases", "encodings.utf_8", "importlib._bootstrap",
        "importlib._bootstrap_external"}

# C modules new in 3.14 and how a Linux build holds them (Modules/Setup.bootstrap.in and Setup.stdlib.in of CPython).
NEW_NATIVE = {"_types": "builtin", "_hmac": "ext", "_zstd": "ext", "_remote_debugging": "ext"}

# Gone in 3.14; other files that the newer build lacks are ones that Pyodide leaves out.
REMOVED = ["_compression", "_pyrepl._minimal_curses", "_pyrepl.curses", "pathlib._abc"]

# Names that the load of another module puts into sys.modules, where 3.13.0 had files (later 3.13 have not either).
NEW_ALIASES = {"collections.abc": "_collections_abc"}

# Names made on demand that Pyodide does not offer, having no second interpreters.
NEW_LAZY = {"concurrent.futures": {"InterpreterPoolExecutor": ["concurrent.futures.interpreter"]}}

# Modules for which Pyodide has substitutes of its own.
SUBSTITUTED = {"_ssl", "ssl", "webbrowser", "antigravity"}

SURVEY = """
import sys, zipfile
# From plain files: importing from the archive would add what zipimport imports.
archive = next(path for path in sys.path if path.endswith(".zip"))
zipfile.ZipFile(archive).extractall("/survey")
sys.path[:] = ["/survey"]
sys.path_importer_cache.clear()
source = {probe!r}
space = {{"__name__": "stdlib_probe"}}
exec(compile(source, "stdlib_probe.py", "exec"), space)
kept, names = {kept!r}, {names!r}

def purge():
    for name in list(sys.modules):
        if name.split(".")[0] in {roots!r} and name not in kept and name not in sys.builtin_module_names:
            del sys.modules[name]

purge()
recorder = space["Recorder"]()
recorder.install()
failed = {{}}
for name in names:
    try:
        __import__(name)
    except BaseException as exc:
        failed[name] = type(exc).__name__
recorder.remove()
lazy = {{}}
bound = {{}}
for name in names:
    module = sys.modules.get(name)
    if module is None or name in failed:
        continue
    bound[name] = space["own_names"](name, module)
    wanted = space["candidates"](module)
    if wanted:
        lazy[name] = space["lazy"](name, *wanted)
# Once more from a clean start for each: some of them remember what they have loaded.
for name, answered in lazy.items():
    for item in answered:
        purge()
        answered.update(space["lazy"](name, item))
repr({{"version": "%d.%d.%d" % sys.version_info[:3], "stdlib": sorted(sys.stdlib_module_names),
      "magic": int.from_bytes(__import__("_frozen_importlib_external").MAGIC_NUMBER[:2], "little"),
      "builtin": sorted(sys.builtin_module_names), "edges": recorder.edges, "names": bound, "lazy": lazy,
      "failed": failed, "aliases": sorted(recorder.aliases)}})
"""

RUNNER = """
import {{ writeFileSync }} from "node:fs";
const {{ loadPyodide }} = await import({module!r});
const python = await loadPyodide({{ stdout: () => {{}}, stderr: () => {{}} }});
writeFileSync({output!r}, python.runPython({code}));
process.exit(0);
"""


# ---- the two builds

class Build:
    """A Pyodide package: its library's source and what the survey found."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.source = read_library(self.folder / "python_stdlib.zip")
        self.found = self.survey()

    def survey(self):
        names = sorted(self.source) + sorted(NEW_NATIVE) + ["_socket", "errno", "posix", "select", "math", "time"]
        roots = {name.split(".")[0] for name in self.source}
        code = SURVEY.format(probe=base.PROBE.read_text(), kept=KEPT, names=names, roots=roots)
        with tempfile.TemporaryDirectory() as scratch:
            script, output = Path(scratch) / "run.mjs", Path(scratch) / "out.txt"
            script.write_text(RUNNER.format(module=str(self.folder / "pyodide.mjs"), output=str(output),
                                            code=json_text(code)))
            subprocess.run(["node", str(script)], check=True)
            found = ast.literal_eval(output.read_text())
        found["edges"] = {name: base.tidy(name, edges) for name, edges in found["edges"].items()}
        return found


def json_text(text):
    import json
    return json.dumps(text)


def read_library(path):
    """{module: (source, is package)} of a library archive, as far as the table describes it."""
    library = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            if not entry.endswith(".py"):
                continue
            parts = entry[:-3].split("/")
            package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if package else parts)
            foreign = parts[0] in ("site-packages", "pyodide", "_pyodide") or parts[0].startswith("_sysconfigdata")
            if base.is_described(name) and not foreign and name not in SUBSTITUTED:
                library[name] = (archive.read(entry).decode(), package)
    return library


# ---- source text, for modules that neither build can import

def static_facts(name, build):
    """Modules imported and names bound by statements that run at load, as far as the text tells."""
    source, package = build.source[name]
    imports, names = [], set()

    def visit(body):
        for node in body:
            if isinstance(node, ast.Import):
                imports.extend(alias.name for alias in node.names)
                names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = absolute(name, package, node)
                imports.append(start)
                children = [start + "." + alias.name for alias in node.names]
                imports.extend(child for child in children if child in build.source)
                names.update(alias.asname or alias.name for alias in node.names)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                names.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names.update(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
            for part in ("body", "orelse", "finalbody", "handlers"):
                if isinstance(node, (ast.If, ast.Try, ast.With, ast.ExceptHandler)):
                    visit(getattr(node, part, []))

    try:
        visit(ast.parse(source).body)
    except SyntaxError:
        pass  # syntax of 3.14 itself; only the survey can tell then
    submodules = {n for n in names if name + "." + n in build.source}
    return base.tidy(name, imports), names - {"*"} - submodules


def absolute(name, package, node):
    """What `from ... import` in module `name` starts from."""
    if not node.level:
        return node.module
    parts = name.split(".")
    parts = parts[:len(parts) - node.level + (1 if package else 0)]
    return ".".join(parts + ([node.module] if node.module else []))


# ---- typeshed

def stub_names(stub, minor):
    """Names that a stub defines for Linux and one minor version."""
    names = set()

    def visit(body):
        for node in body:
            if isinstance(node, ast.If):
                holds = decide(node.test, minor)
                if holds is not False:
                    visit(node.body)
                if holds is not True:
                    visit(node.orelse)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                names.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names.update(t.id for t in targets if isinstance(t, ast.Name))
            elif isinstance(node, ast.ImportFrom):
                names.update(alias.asname for alias in node.names if alias.asname == alias.name)

    visit(ast.parse(stub).body)
    return names


def decide(test, minor):
    """Value of a stub's condition; None where it is about something else."""
    if isinstance(test, ast.BoolOp):
        values = [decide(value, minor) for value in test.values]
        final = isinstance(test.op, ast.Or)
        if final in values:
            return final
        return None if None in values else not final
    text = ast.unparse(test)
    if "sys.version_info" in text or "sys.platform" in text:
        fake = type("sys", (), {"version_info": (3, minor), "platform": "linux"})
        try:
            return bool(eval(text, {"sys": fake, "__builtins__": {}}))
        except Exception:
            return None
    return None


def stub_changes(folder):
    """{module: (names added, names removed)} from 3.13 to 3.14."""
    changes = {}
    for path in sorted(Path(folder).rglob("*.pyi")):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text()
        before, after = stub_names(text, 13), stub_names(text, 14)
        if before != after and base.is_described(name):
            changes[name] = (after - before, before - after)
    return changes


# ---- the difference

def edges(name, build, native):
    """What a build's module imports, and what it would import besides on Linux; None if the build does not tell."""
    if name not in build.source:
        return build.found["edges"].get(name)
    written = static_facts(name, build)[0]
    if name not in build.found["edges"]:
        return None if name in KEPT else written
    missing = [item for item in written if item in native and item not in build.found["builtin"]]
    return build.found["edges"][name] + missing


def changed_imports(linux, before, after, source, aliases):
    """The list of 3.13 on Linux with what one build's list lost and gained."""
    kept = [item for item in linux if item in after or item not in before and item.split(".")[-1] in source]
    position = 0
    for item in after:
        if item in kept:
            position = kept.index(item) + 1
        elif item not in before or item in aliases:
            kept.insert(position, item)
            position += 1
    return kept


def module_lines(name, old, before, after, stubs, native):
    """The lines of the delta file for one module of 3.14; empty where nothing differs."""
    if name in NEW_ALIASES:
        return [name + " alias:0", " i " + NEW_ALIASES[name], " n"]
    lazy = lazy_names(name, old, after)
    facts = facts_of(name, old, after)
    if old is None:
        lines = new_module(name, after, stubs, native)
    else:
        lines = changed_module(name, old, before, after, stubs, native)
    if sorted(lazy) != sorted(old["lazy"] if old else ()):
        lines.append(" ".join([" l"] + sorted(
            "%s>%s" % (n, ([m for m in base.tidy("", loads) if m != "warnings"] or [""])[-1])
            for n, loads in lazy.items())))
    if old is None or lines or facts != "%s%s:%d" % (old["kind"], "/" if old["package"] else "", old["bytes"]):
        return ["%s %s" % (name, facts)] + lines
    return []


def lazy_names(name, old, after):
    """What the module's __getattr__ answers; a name that the survey has bound by asking for it is still one."""
    if name not in after.found["names"]:
        return old["lazy"] if old else {}
    kept = {n: loads for n, loads in (old["lazy"] if old else {}).items() if n in after.found["names"][name]}
    return {**kept, **after.found["lazy"].get(name, {}), **NEW_LAZY.get(name, {})}


def new_module(name, after, stubs, native):
    imports = edges(name, after, native) or []
    names = set(after.found["names"].get(name, ())) | set(stubs[0])
    if not names and name in after.source:
        names = static_facts(name, after)[1]
    return ([" ".join([" i"] + imports)] if imports else []) + ([" ".join([" n"] + sorted(names))] if names else [])


def changed_module(name, old, before, after, stubs, native):
    added, removed, kept = set(stubs[0]), set(stubs[1]), set()
    imports = old["imports"]
    if name in before.found["names"] and name in after.found["names"]:
        now, then = set(after.found["names"][name]), set(before.found["names"][name])
        added |= now - then
        kept = now
        if name in after.source:
            removed |= then - now
    elif name in after.source and name in after.found["names"]:
        kept = set(after.found["names"][name])
        added |= kept
        removed |= {item for item in old["names"] if item not in after.source[name][0]}
    elif name in after.source and name in before.source:
        now, then = static_facts(name, after)[1], static_facts(name, before)[1]
        added |= now - then
        removed |= then - now
    then, now = edges(name, before, native), edges(name, after, native)
    if now is not None:
        then = old["imports"] if then is None else then
        imports = changed_imports(imports, then, now, after.source.get(name, ("",))[0], after.found["aliases"])
    added -= set(lazy_names(name, old, after)) | set(old["names"])
    added = {item for item in added if not item.startswith("_emscripten_")}
    removed = (removed & set(old["names"])) - added - kept
    lines = [" ".join([" i"] + imports)] if imports != old["imports"] else []
    lines += [" ".join([" n+"] + sorted(added))] if added else []
    lines += [" ".join([" n-"] + sorted(removed))] if removed else []
    return lines


def facts_of(name, old, after):
    source, package = after.source.get(name, (None, old and old["package"]))
    kind = old["kind"] if old else NEW_NATIVE.get(name, "py")
    size = len(source.encode()) if source is not None else old["bytes"] if old else 0
    return "%s%s:%d" % (kind, "/" if package else "", size)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, required=True, help="folder with the raw measurement of 3.13")
    parser.add_argument("--before", required=True, help="unpacked pyodide package with CPython 3.13")
    parser.add_argument("--after", required=True, help="unpacked pyodide package with CPython 3.14")
    parser.add_argument("--typeshed", required=True, help="the stdlib folder of typeshed")
    options = parser.parse_args()

    table = ast.literal_eval((options.cache / "d.txt").read_text())["table"]
    native = {name for name, entry in table.items() if entry["kind"] in ("ext", "builtin")}
    before, after = Build(options.before), Build(options.after)
    stubs = stub_changes(options.typeshed)
    if set(REMOVED) & set(after.source):
        sys.exit("not removed after all: %s" % sorted(set(REMOVED) & set(after.source)))
    lines = [
        "# What differs in CPython %s from %s on Linux. Generated by derive_stdlib_3_14.py; do not edit." % (
            after.found["version"], before.found["version"]),
        "# Not measured on Linux: the difference of two Pyodide builds and of typeshed's stubs.",
        "#",
        "# NAME KIND:BYTES   a module that is new or whose size changed; below it, where they changed:",
        "#   ` i` all its imports, ` n` all its names, ` n+` ` n-` names gained and lost, ` l` all its lazy names",
        "# - NAME            a module that is gone",
        "@version " + after.found["version"],
        "@magic %d" % after.found["magic"],
        "@builtin+ _types",
        "@stdlib " + " ".join(after.found["stdlib"]),
    ]
    lines += ["- " + name for name in REMOVED]
    for name in sorted((set(table) | set(after.source) | set(NEW_NATIVE)) - set(REMOVED)):
        if table.get(name, {"kind": ""})["kind"] not in ("alias", "unimportable"):
            lines += module_lines(name, table.get(name), before, after, stubs.get(name, ((), ())), native)
    base.DELTA.write_text("\n".join(lines) + "\n")
    for build in (before, after):
        print(build.found["version"], "cannot import:", sorted(build.found["failed"].items()), file=sys.stderr)


if __name__ == "__main__":
    main()
