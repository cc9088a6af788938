#!/usr/bin/env python3
"""Compares defrost with the tools that people know, in ratios.

    benches/compare.py --bundles DIR --cases cases.toml [--defrost target/dist/defrost] [--runs 7]
    benches/compare.py --node-bundles DIR --node-cases DIR [--nft FOLDER]

DIR holds bundles as folders and, next to them, the same as .zip, each with the name of its case;
`cases.toml` gives each case's handler. These figures are printed, with the goals that they have:

- the zip of one large case, checked by defrost against tested by `unzip -tqq` (at most a fifth);
- all folders, checked by defrost against imported by the interpreter without bytecode (at least
  8 times faster);
- twenty functions of a template that ship one large folder and import the same packages, against one of them
  (at most 1.5 times), and twenty that each import another package, without a goal;
- defrost's peak memory on the case where it needs most (under 300 MB).

For Node the cases are a folder with `<case>/case.json`, which says the handler. All folders are checked by
defrost, and traced by @vercel/nft where `--nft` names a folder that has it in its node_modules (goal: at
least 15 times faster); the import by Node itself is printed beside it.

Runs alternate between the two sides, and medians are compared, so that a noisy neighbour hits
both. Absolute times say little; run it on a quiet machine all the same.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

IMPORT = "import importlib, sys; sys.dont_write_bytecode = True; importlib.import_module(sys.argv[1])"


# Prints the number of files that the import closure of an entry has.
NFT = """
const { nodeFileTrace } = require('@vercel/nft');
const [entry, base] = process.argv.slice(1);
nodeFileTrace([entry], { base, processCwd: base }).then(({ fileList }) => console.log(fileList.size));
"""
NODE_IMPORT = "import(require('url').pathToFileURL(process.argv[1])).then(() => process.exit(0), () => process.exit(1))"


def main():
    options = arguments()
    if options.node_bundles:
        sys.exit(0 if node_folders(options) else 1)
    if not options.bundles or not options.cases:
        sys.exit("say --bundles and --cases, or --node-bundles and --node-cases")
    cases = {case["name"]: case for case in tomllib.loads(options.cases.read_text())["case"]}
    found = sorted(name for name in cases if (options.bundles / name).is_dir())
    if not found:
        sys.exit(f"no bundle of {options.cases} in {options.bundles}")
    met = [zip_against_unzip(options, cases), folders_against_interpreter(options, cases, found),
           many_functions(options), peak_memory(options, cases, found)]
    sys.exit(0 if all(met) else 1)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--bundles", type=pathlib.Path)
    parser.add_argument("--cases", type=pathlib.Path)
    parser.add_argument("--node-bundles", type=pathlib.Path)
    parser.add_argument("--node-cases", type=pathlib.Path)
    parser.add_argument("--nft", type=pathlib.Path, help="a folder with @vercel/nft in its node_modules")
    parser.add_argument("--node", default=shutil.which("node") or "node")
    parser.add_argument("--defrost", type=pathlib.Path, default=root / "target/dist/defrost")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that bundles are made for")
    parser.add_argument("--zip-case", default="pandas_etl")
    parser.add_argument("--many-case", default="powertools_rest", help="a folder of 2,000 files for twenty functions")
    parser.add_argument("--runs", type=int, default=7)
    return parser.parse_args()


def check(options, case, path):
    version = subprocess.check_output(
        [options.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True).strip()
    command = [options.defrost, "check", path, "--handler", case["handler"], "--runtime", f"python{version}",
               "--no-cache", "--format", "json"]
    return [str(part) for part in command]


def seconds(command, accept=(0,), **settings):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, **settings)
    taken = time.perf_counter() - start
    if done.returncode not in accept:
        sys.exit(f"{' '.join(command)} exited with {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return taken


def alternate(runs, *sides):
    """Medians of the sides, run in turns after one run of each that does not count."""
    taken = [[] for _ in sides]
    for run in range(runs + 1):
        for side, times in zip(sides, taken):
            times.append(side())
    return [statistics.median(times[1:]) for times in taken]


def verdict(met):
    return "met" if met else "NOT met"


def zip_against_unzip(options, cases):
    archive = options.bundles / f"{options.zip_case}.zip"
    unzip = shutil.which("unzip") or sys.exit("unzip is not installed")
    command = check(options, cases[options.zip_case], archive)
    ours, theirs = alternate(options.runs, lambda: seconds(command, accept=(0, 1)),
                             lambda: seconds([unzip, "-tqq", str(archive)]))
    met = ours * 5 <= theirs
    print(f"{archive.name}: defrost {ours * 1e3:.0f} ms, unzip -tqq {theirs * 1e3:.0f} ms: "
          f"1/{theirs / ours:.1f} of it (goal: at most 1/5, {verdict(met)})")
    return met


def import_once(options, case, folder):
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1",
                   # An empty prefix for bytecode: what the bundle may hold of it is not used.
                   "PYTHONPYCACHEPREFIX": "/nonexistent", "PYTHONPATH": str(folder), "AWS_DEFAULT_REGION": "eu-west-1",
                   **{name: str(value) for name, value in case.get("env", {}).items()}}
    module = case["handler"].rpartition(".")[0].replace("/", ".")
    return seconds([options.python, "-S", "-c", IMPORT, module], cwd=folder, env=environment)


def folders_against_interpreter(options, cases, found):
    runs = max(1, options.runs // 2)
    ours = theirs = 0.0
    for name in found:
        folder, case = options.bundles / name, cases[name]
        command = check(options, case, folder)
        pair = alternate(runs, lambda: seconds(command, accept=(0, 1)), lambda: import_once(options, case, folder))
        print(f"  {name:28} defrost {pair[0] * 1e3:6.0f} ms, import {pair[1] * 1e3:6.0f} ms, {pair[1] / pair[0]:5.1f} times")
        ours += pair[0]
        theirs += pair[1]
    met = theirs >= ours * 8
    print(f"all {len(found)} folders: defrost {ours:.2f} s, imports {theirs:.2f} s: "
          f"{theirs / ours:.1f} times faster (goal: at least 8, {verdict(met)})")
    return met


def node_entry(folder, handler):
    module = folder / handler.rpartition(".")[0]
    return next((found for suffix in (".js", ".mjs", ".cjs") if (found := module.with_name(module.name + suffix)).exists()), None)


def node_folders(options):
    """Sums over all folders; each side is run in turn, one process per case and run."""
    runs = max(1, options.runs // 2)
    sums = [0.0, 0.0, 0.0]
    count = 0
    for case in sorted(options.node_cases.glob("*/case.json")):
        handler, folder = json.loads(case.read_text())["handler"], options.node_bundles / case.parent.name
        entry = node_entry(folder, handler) if folder.is_dir() else None
        if entry is None:
            continue
        ours = [str(part) for part in (options.defrost, "check", folder, "--no-cache", "--handler", handler, "--runtime",
                                       "nodejs20.x", "--format", "json")]
        sides = [lambda: seconds(ours, accept=(0, 1)),
                 lambda: seconds([options.node, "-e", NODE_IMPORT, str(entry)], accept=(0, 1), cwd=folder)]
        if options.nft:
            sides.append(lambda: seconds([options.node, "-e", NFT, str(entry), str(folder)], cwd=options.nft))
        medians = alternate(runs, *sides)
        count += 1
        sums = [total + taken for total, taken in zip(sums, medians + [0.0])]
        print(f"  {case.parent.name:28} defrost {medians[0] * 1e3:6.0f} ms, import {medians[1] * 1e3:6.0f} ms" +
              (f", nft {medians[2] * 1e3:6.0f} ms" if options.nft else ""))
    if not count:
        sys.exit(f"no folder of {options.node_cases} in {options.node_bundles}")
    print(f"all {count} folders: defrost {sums[0]:.2f} s, imports {sums[1]:.2f} s: {sums[1] / sums[0]:.1f} times faster")
    if not options.nft:
        return True
    met = sums[2] >= sums[0] * 15
    print(f"all {count} folders: nft {sums[2]:.2f} s: {sums[2] / sums[0]:.1f} times faster (goal: at least 15, {verdict(met)})")
    return met


def template(root, version, imports):
    """A template whose functions ship one folder; each imports what its list names."""
    head = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n"
    for number, names in enumerate(imports):
        lines = [f"import {name}" for name in names]
        body = "\n".join([*lines, "", "", "def handler(event, context):", f"    return {number}", ""])
        (root / "src" / f"function_{number}.py").write_text(body)
        head += (f"  Function{number}:\n    Type: AWS::Serverless::Function\n    Properties:\n"
                 f"      Handler: function_{number}.handler\n      Runtime: python{version}\n      CodeUri: src/\n")
    (root / "template.yaml").write_text(head)
    return root


def many_functions(options):
    folder = options.bundles / options.many_case
    packages = sorted(path.parent.name for path in folder.glob("*/__init__.py") if path.parent.name.isidentifier())
    if not packages:
        print(f"{folder} has no package: the line of twenty functions is left out")
        return True
    version = subprocess.check_output(
        [options.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True).strip()
    same, different = [packages] * 20, [[packages[number % len(packages)]] for number in range(20)]
    with tempfile.TemporaryDirectory() as scratch:
        roots = []
        for name, imports in (("one", same[:1]), ("same", same), ("different", different)):
            root = pathlib.Path(scratch) / name
            shutil.copytree(folder, root / "src", symlinks=True)
            roots.append(template(root, version, imports))
        files = sum(path.is_file() for path in (roots[0] / "src").rglob("*"))
        commands = [[str(options.defrost), "check", str(root), "--no-cache", "--format", "json"] for root in roots]
        one, same, different = alternate(options.runs, *(lambda command=command: seconds(command, accept=(0, 1))
                                                         for command in commands))
    met = same <= one * 1.5
    print(f"20 functions on one folder of {files:,} files, the same {len(packages)} packages: {same * 1e3:.0f} ms, one "
          f"{one * 1e3:.0f} ms: {same / one:.2f} times (goal: at most 1.5, {verdict(met)})")
    print(f"20 functions on that folder, each another package: {different * 1e3:.0f} ms, {different / one:.2f} times one")
    return met


def peak_memory(options, cases, found):
    """The kernel's peak for each child by itself, from wait4."""
    worst = (0, "")
    for name in found:
        for path in (options.bundles / name, options.bundles / f"{name}.zip"):
            if not path.exists():
                continue
            child = subprocess.Popen(check(options, cases[name], path), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            _, _, usage = os.wait4(child.pid, 0)
            child.returncode = 0
            worst = max(worst, (usage.ru_maxrss, path.name))
    megabytes = worst[0] * maxrss_unit() / 1e6
    met = megabytes < 300
    print(f"peak memory: {megabytes:.0f} MB on {worst[1]} (goal: under 300, {verdict(met)})")
    return met


def maxrss_unit():
    """ru_maxrss is in KiB, except on macOS."""
    return 1 if sys.platform == "darwin" else 1024


if __name__ == "__main__":
    main()
