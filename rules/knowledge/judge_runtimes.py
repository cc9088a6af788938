#!/usr/bin/env python3
"""Judges eager sets and estimates against the interpreter of one runtime, and says what a version takes beside others.

  judge_runtimes.py --tool DEFROST --language python|node --corpus DIR --bundles DIR --runtime ID --interpreter PATH
                    [--runs N] [--only a,b] [--keep FILE]

DIR (corpus) has `truth/CASE.json` with the handler of each case, its environment in `cases.toml` or
`cases/CASE/case.json`, and what runs a handler and says what was loaded (`runner.py` for Python, `lib/run.mjs` and
`lib/trace.mjs` for Node). DIR (bundles) has `CASE/` with the packages as that interpreter's own installer lays them
out. Nothing of the truth files but the handler is used: what is loaded and how long it takes is measured here, in
fresh processes of the interpreter.

Times are the least of some fresh processes by the clock; where other work runs beside it, give this script a priority
of its own (`chrt -f 10`, which its processes inherit). Python is judged in two states:
without bytecode, and in a twin of the folder whose modules have it. One scale per runtime and state is fitted between
the tool's milliseconds and this machine; the scales of two runtimes, judged on one machine, show what a version takes
beside another, and what the tool's factor for it (`rules/knowledge/*/cost.toml`) should be.
"""
import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import tempfile
import tomllib
from pathlib import Path

BIG_MS = 20         # below this a relative error says little
# What the platform's client hands to Node, by major version.
NODE_FLAGS = {20: ["--no-experimental-require-module", "--no-experimental-detect-module"],
              22: ["--no-experimental-require-module", "--no-experimental-detect-module"]}


def environment(case, root, scratch):
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "HOME": scratch, "TMPDIR": scratch,
           "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "testing",
           "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "testing", "AWS_MAX_ATTEMPTS": "1",
           "AWS_LAMBDA_FUNCTION_NAME": "corpus-fn", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
           "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
           "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/corpus-fn", "AWS_LAMBDA_LOG_STREAM_NAME": "s",
           "NODE_ENV": "production", "_HANDLER": case["handler"], "LAMBDA_TASK_ROOT": str(root)}
    return env | case.get("env", {})


def settings_of(corpus):
    """What the cases say about their processes."""
    table, folder = corpus / "cases.toml", corpus / "cases"
    said = {c["name"]: c for c in tomllib.loads(table.read_text())["case"]} if table.exists() else {}
    said |= {p.parent.name: json.loads(p.read_text()) for p in sorted(folder.glob("*/case.json"))}
    return {name: {key: case[key] for key in ("env", "node_flags") if key in case} for name, case in said.items()}


# Makes the bytecode of a folder valid whatever the times of its sources are.
FASTEN = """
import importlib.util, pathlib, py_compile, sys
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
for path in pathlib.Path(sys.argv[1]).rglob("*.pyc"):
    py_compile.compile(importlib.util.source_from_cache(str(path)), cfile=str(path), invalidation_mode=mode)
"""


class Python:
    states = ("source", "bytecode")

    def __init__(self, args):
        self.args = args
        venv = args.bundles / ".venv"
        if not venv.exists():
            subprocess.run([args.interpreter, "-m", "venv", "--without-pip", str(venv)], check=True)
        self.program = str(venv / "bin" / "python")

    def run(self, case, root, mode, scratch, write_bytecode=False):
        out = Path(scratch) / "out"
        out.unlink(missing_ok=True)
        command = [self.program, "-I", *([] if write_bytecode else ["-B"]), str(self.args.corpus / "runner.py"),
                   mode, str(root), case["handler"], str(out)]
        done = subprocess.run(command, env=environment(case, root, scratch), capture_output=True, text=True, timeout=180)
        if not out.exists():
            raise RuntimeError(done.stderr.strip()[-300:])
        return out.read_text()

    def folder(self, case, state, scratch):
        """The folder in a state: a twin by hard links holds the bytecode."""
        plain = self.args.bundles / case["case"]
        for cache in plain.rglob("__pycache__"):
            shutil.rmtree(cache, ignore_errors=True)
        if state == "source":
            return plain
        twin = self.args.bundles / ".bytecode" / case["case"]
        if not twin.exists():
            shutil.copytree(plain, twin, copy_function=os.link)
            self.run(case, twin, "time", scratch, write_bytecode=True)
            # What the interpreter writes is tied to the times of the sources, which unpacking a package does not keep.
            subprocess.run([self.program, "-c", FASTEN, str(twin)], check=True)
        return twin

    def loaded(self, case, root, scratch):
        """Files of the package that are loaded, and those that count neither way."""
        want, neutral = set(), set()
        for name, file, paths, real in json.loads(self.run(case, root, "dump", scratch))["eager"]:
            inside = [p[len(str(root)) + 1:] for p in [file or "", *paths] if p.startswith(f"{root}/")]
            (want if file and inside and real == name and inside[0] else neutral).update(inside[:1])
        return want, neutral - want

    def time(self, case, root, scratch):
        return float(self.run(case, root, "time", scratch).split()[0])


class Node:
    states = ("source",)

    def __init__(self, args):
        self.args = args
        version = subprocess.run([args.interpreter, "--version"], capture_output=True, text=True, check=True).stdout
        self.flags = NODE_FLAGS.get(int(version[1:].split(".")[0]), [])

    def run(self, case, root, scratch, trace=False):
        env = environment(case, root, scratch)
        flags = [*self.flags, *case.get("node_flags", [])]
        if trace:
            env["COLD_ESM_LOG"] = str(Path(scratch) / "esm.log")
            Path(env["COLD_ESM_LOG"]).unlink(missing_ok=True)
            flags += ["--import", (self.args.corpus / "lib" / "trace.mjs").as_uri()]
        out = Path(scratch) / "out"
        with open(out, "wb") as file:
            # The runner writes to descriptor 3.
            command = ["sh", "-c", 'exec "$@" 3>&1 >/dev/null', "sh", self.args.interpreter, *flags,
                       str(self.args.corpus / "lib" / "run.mjs"), str(root), case["handler"]]
            done = subprocess.run(command, env=env, stdout=file, stderr=subprocess.PIPE, text=True, timeout=120)
        text = out.read_text()
        if not text:
            raise RuntimeError(done.stderr.strip()[-300:])
        return json.loads(text)

    def folder(self, case, state, scratch):
        return self.args.bundles / case["case"]

    def loaded(self, case, root, scratch):
        return set(self.run(case, root, scratch, trace=True)["trace"]["files"]), set()

    def time(self, case, root, scratch):
        return self.run(case, root, scratch)["ms"]


def said(args, case, root):
    command = [args.tool, "check", str(root), "--handler", case["handler"], "--runtime", args.runtime, "--format", "json"]
    done = subprocess.run([*command, "--no-cache"], capture_output=True, text=True, timeout=180)
    function = json.loads(done.stdout)["functions"][0]
    files = {m["path"] for m in function["modules"] if m["loaded"] == "init" and m.get("path")}
    runtime = sum(p["ms"] for p in function["init"]["parts"] if p["kind"] == "runtime")
    init = function["init"]
    return files, [init[key] - runtime for key in ("estimated_ms", "low_ms", "high_ms")], function["start"]["verdict"]


def ranks(values):
    order = sorted(values)
    return [order.index(v) for v in values]


def judge(runner, args, state, cases):
    rows = []
    for case in cases:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                root = runner.folder(case, state, scratch)
                want, neutral = runner.loaded(case, root, scratch)
                took = min(runner.time(case, root, scratch) for _ in range(args.runs))
                have, (ms, low, high), verdict = said(args, case, root)
            except (RuntimeError, subprocess.TimeoutExpired, ValueError, KeyError, IndexError) as error:
                print(f"  {case['case']}: {error}")
                continue
        have -= neutral
        rows.append({"case": case["case"], "state": state, "verdict": verdict, "right": len(want & have),
                     "extra": sorted(have - want), "missed": sorted(want - have), "took": took, "ms": ms,
                     "low": low, "high": high, "compute": bool(case.get("compute"))})
    return rows


def show(runtime, state, rows):
    right, extra, missed = (sum(r["right"] for r in rows), sum(len(r["extra"]) for r in rows),
                            sum(len(r["missed"]) for r in rows))
    exact = sum(not r["extra"] and not r["missed"] for r in rows)
    print(f"{runtime} {state}: {len(rows)} cases; eager precision {right / (right + extra):.4f} recall "
          f"{right / (right + missed):.4f}, exact {exact}")
    big = [r for r in rows if r["took"] >= BIG_MS and r["ms"] > 0 and not r["compute"]]
    if len(big) > 2:
        scale = statistics.median(r["took"] / r["ms"] for r in big)
        for r in big:
            r["factor"] = r["ms"] * scale / r["took"]
        factors = [max(r["factor"], 1 / r["factor"]) for r in big]
        a, b, n = ranks([r["took"] for r in big]), ranks([r["ms"] for r in big]), len(big)
        order = 1 - 6 * sum((x - y) ** 2 for x, y in zip(a, b)) / (n * (n * n - 1))
        inside = sum(r["low"] * scale <= r["took"] <= r["high"] * scale for r in big)
        print(f"  {n} over {BIG_MS} ms: scale {scale:.3f}, median factor {statistics.median(factors):.3f}, worst "
              f"{max(factors):.2f}, Spearman {order:.3f}, inside the range {inside}")
        for r in sorted(big, key=lambda r: -abs(math.log(r["factor"])))[:6]:
            print(f"    {r['case']}: measured {r['took']:.0f}, estimated {r['ms'] * scale:.0f}")
    for r in rows:
        if r["extra"] or r["missed"] or r["verdict"] == "fails":
            print(f"    {r['case']} ({r['verdict']}): extra {len(r['extra'])} {r['extra'][:5]}, missed "
                  f"{len(r['missed'])} {r['missed'][:5]}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--tool", required=True)
    ap.add_argument("--language", choices=("python", "node"), required=True)
    ap.add_argument("--corpus", type=Path, required=True)
    ap.add_argument("--bundles", type=Path, required=True)
    ap.add_argument("--runtime", required=True)
    ap.add_argument("--interpreter", required=True)
    ap.add_argument("--runs", type=int, default=7)
    ap.add_argument("--only", default="")
    ap.add_argument("--keep", type=Path, help="also write the rows here")
    args = ap.parse_args()
    args.bundles = args.bundles.resolve()
    settings = settings_of(args.corpus)
    cases = [json.loads(path.read_text()) for path in sorted((args.corpus / "truth").glob("[!_]*.json"))]
    cases = [c | settings.get(c["case"], {}) for c in cases if (args.bundles / c["case"]).exists() and (not args.only or c["case"] in args.only.split(","))]
    runner = Python(args) if args.language == "python" else Node(args)
    rows = []
    for state in runner.states:
        rows += judge(runner, args, state, cases)
        show(args.runtime, state, [r for r in rows if r["state"] == state])
    if args.keep:
        args.keep.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
