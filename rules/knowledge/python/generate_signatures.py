#!/usr/bin/env python3
"""generate_signatures.py PYTHON...: writes `signatures.txt` and `attributes.txt` beside it, from the standard libraries of
the interpreters, which are asked by `inspect`. Nothing but modules of the library is imported.

A row of `signatures.txt` is a function, a class or a method that is written in Python, with its parameters: `name` must be
given, `name=` may be, behind `/` what stands before is given by place alone, behind `*` by name alone; `*rest` takes any
number by place, `**` any names. Methods stand behind `()` of their class, without the object.
A row of `attributes.txt` is a class with all that its objects have in any of the versions."""
import json, subprocess, sys
from pathlib import Path

MODULES = """argparse asyncio base64 bisect collections concurrent.futures configparser contextlib copy csv
dataclasses datetime decimal email.utils enum fnmatch fractions functools glob gzip hashlib heapq hmac html
http.client importlib.metadata importlib.resources importlib.util inspect io ipaddress itertools json logging
logging.config logging.handlers math operator os os.path pathlib pickle queue random re
secrets shlex shutil socket sqlite3 statistics string struct subprocess tempfile textwrap
threading time types typing urllib.error urllib.parse urllib.request uuid warnings
weakref xml.etree.ElementTree zipfile zlib zoneinfo""".split()

PROBE = r"""
import abc, ast, importlib, inspect, json, sys, textwrap, types
signatures, attributes, unknown = {}, {}, []

def of(function, skip):
    out, past = [], False
    for at, p in enumerate(inspect.signature(function, follow_wrapped=False).parameters.values()):
        if at < skip:
            continue
        kind = {p.POSITIONAL_ONLY: "/", p.POSITIONAL_OR_KEYWORD: "", p.KEYWORD_ONLY: "k", p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}[p.kind]
        out.append([p.name, kind, p.default is not p.empty])
    return out

def stored(cls):
    # What methods put into their object.
    names = set()
    for base in cls.__mro__:
        if base is object:
            continue
        # Of the abstract containers nothing is left that is not a method.
        if base.__module__ != "collections.abc" and any(type(it) is types.FunctionType for it in vars(base).values()):
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    names.add(node.attr)
    return names

for module_name in json.loads(sys.argv[1]):
    try:
        module = importlib.import_module(module_name)
    except ImportError:
        continue
    for name in dir(module):
        if name.startswith("_"):
            continue
        thing, full = getattr(module, name), module_name + "." + name
        if type(thing) is types.FunctionType:
            signatures[full] = of(thing, 0)
        elif isinstance(thing, type) and type(thing) in (type, abc.ABCMeta):
            plain = not issubclass(thing, BaseException) and thing.__new__ is object.__new__
            if plain and type(thing.__init__) is types.FunctionType:
                signatures[full] = of(thing.__init__, 1)
            else:
                unknown.append(full)
            if issubclass(thing, (tuple, dict, BaseException)) or any(hasattr(thing, it) for it in ("__getattr__", "_fields")):
                continue
            try:
                known = set(dir(thing)) | stored(thing)
            except (OSError, TypeError, SyntaxError):
                continue
            # Objects with a dictionary of their own that is filled in C are not known.
            attributes[full] = sorted(it for it in known if not it.startswith("_"))
            for base in reversed(thing.__mro__):
                for method, value in vars(base).items():
                    if not method.startswith("_") and type(value) is types.FunctionType:
                        signatures[full + "()." + method] = of(value, 1)
        else:
            unknown.append(full)
print(json.dumps([signatures, attributes, unknown]))
"""


def merged(versions):
    """Parameters as lists of [name, kind, optional], as the version that has most takes them; nothing where another has
    more to say. What one does not demand is not demanded."""
    longest = max(versions, key=len)
    names = {p[0] for p in longest}
    for other in versions:
        by_place = [p[0] for p in other if p[1] in ("", "/")]
        if not {p[0] for p in other} <= names or by_place != [p[0] for p in longest if p[1] in ("", "/")][: len(by_place)]:
            return None
    demanded = [{p[0] for p in other if not p[2]} for other in versions]
    kinds = {p[0]: {it[1] for other in versions for it in other if it[0] == p[0]} for p in longest}
    # A name that some version takes by name is not one that is given by place alone.
    kind = lambda p: "" if p[1] == "/" and kinds[p[0]] != {"/"} else p[1]
    return [[p[0], kind(p), not all(p[0] in it for it in demanded)] for p in longest]


def written(parameters):
    out, places, before = [], True, False
    for name, kind, optional in parameters:
        if before and kind != "/":
            out.append("/")
            before = False
        before = kind == "/"
        if kind == "*":
            out.append("*" + name)
            places = False
        elif kind == "**":
            out.append("**")
        else:
            if kind == "k" and places:
                out.append("*")
                places = False
            out.append(name + ("=" if optional else ""))
    if before:
        out.append("/")
    return " ".join(out)


def main():
    answers = []
    for python in sys.argv[1:]:
        done = subprocess.run([python, "-E", "-s", "-W", "ignore", "-c", PROBE, json.dumps(MODULES)], capture_output=True, text=True, check=True)
        answers.append(json.loads(done.stdout))
    here = Path(__file__).parent
    rows = []
    for name in sorted(set().union(*(it[0] for it in answers))):
        versions = [it[0][name] for it in answers if name in it[0]]
        # What one version has in C may take more there.
        found = None if any(name in it[2] for it in answers) else merged(versions)
        if found is not None:
            rows.append(f"{name} {written(found)}".rstrip())
    versions = ", ".join(subprocess.run([it, "-V"], capture_output=True, text=True).stdout.split()[-1] for it in sys.argv[1:])
    head = f"# {{}} Written by generate_signatures.py from CPython {versions}.\n"
    (here / "signatures.txt").write_text(head.format("Functions, classes and methods of the standard library with their parameters.") + "\n".join(rows) + "\n")
    rows = []
    for name in sorted(set.intersection(*(set(it[1]) for it in answers))):
        rows.append(name + " " + " ".join(sorted(set().union(*(it[1][name] for it in answers)))))
    (here / "attributes.txt").write_text(head.format("Classes of the standard library with what their objects have.") + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
