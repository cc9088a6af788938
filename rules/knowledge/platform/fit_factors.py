#!/usr/bin/env python3
"""Fits the factors between the cost model's machine and Lambda, and shows how well they meet the evidence.

  fit_factors.py                                   from the figures in published_times.json alone
  fit_factors.py --tool DEFROST --build DIR --python PYTHON3.10
                                                   also rebuilds packages from their pins below DIR (kept there)

The factor of a state is the geometric mean of its series, cases marked `unsure` left out; for Python with bytecode
that of the λ-trim series, which has the most functions: fourTheorem's five sandboxes lie on both sides of it. Node and
native code have one factor, Node's the median of three pairs, because one of them lies far off. The figures are written into factors.toml by hand, rounded, with the spread: a range that holds the evidence where there
is more than a handful of cases, and the extremes of the series where there is not.
"""
import argparse
import json
import math
import statistics
import subprocess
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def build(case, series, args):
    """A folder with the pinned packages, compiled as the series says, and a handler with its imports."""
    folder = args.build / case["name"] / "fn"
    if not folder.exists():
        folder.mkdir(parents=True)
        pip = [args.python, "-m", "pip", "install", "-q", "--no-compile", "--target", str(folder)]
        subprocess.run(pip + case["pins"], check=True)
        if series["state"] == "bytecode":
            subprocess.run([args.python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)])
    handler = "\n".join(case["imports"]) + "\n\n\ndef handler(event, context):\n    return {}\n"
    (folder / "app.py").write_text(handler)
    return folder


def estimate(folder, args):
    """What the tool says for the imports, on the platform, with its range."""
    run = subprocess.run([args.tool, "check", str(folder), "--handler", "app.handler", "--runtime", "python3.10",
                          "--format", "json"], capture_output=True, text=True)
    init = json.loads(run.stdout)["functions"][0]["init"]
    runtime = sum(part["ms"] for part in init["parts"] if part["kind"] == "runtime")
    return [init[key] - runtime for key in ("estimated_ms", "low_ms", "high_ms")]


def factor(value):
    return max(value, 1 / value)


def show(title, rows):
    """Rows of (name, published, estimate, low, high): the error, what is inside the range, and the order."""
    errors = [factor(ms / est) for _, ms, est, _, _ in rows]
    inside = sum(low <= ms <= high for _, ms, _, low, high in rows)
    rank = lambda values: [sorted(values).index(v) for v in values]
    a, b = rank([r[1] for r in rows]), rank([r[2] for r in rows])
    n = len(rows)
    order = 1 - 6 * sum((x - y) ** 2 for x, y in zip(a, b)) / (n * (n * n - 1)) if n > 2 else float("nan")
    for name, ms, est, low, high in rows:
        print(f"    {name:22} published {ms:6.0f}  estimated {est:6.0f} ({low:.0f} to {high:.0f})")
    print(f"  {title}: {n} cases, median factor {statistics.median(errors):.2f}, {inside} inside the range, Spearman {order:.3f}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--tool")
    ap.add_argument("--build", type=Path)
    ap.add_argument("--python")
    args = ap.parse_args()
    evidence = json.loads((HERE / "published_times.json").read_text())
    known = tomllib.loads((HERE / "factors.toml").read_text())["factor"]
    for series in evidence["series"]:
        sure = [case for case in series["cases"] if "unsure" not in case]
        row = next(f for f in known if f["language"] == series["language"] and series["package"] in f["packages"])
        ratios, rows = [], []
        for case in series["cases"]:
            if "pins" in case:
                if not args.build:
                    continue
                est, low, high = estimate(build(case, series, args), args)
                rows.append((case["name"], case["ms"], est, low, high))
                ratio = case["ms"] / (est / row[series["state"]])
            else:
                ratio = case["ms"] / case["machine_ms"]
            if case in sure:
                ratios.append(ratio)
        print(f"{series['name']}, {series['language']}, {series['package']}, {series['state']}, {series['date']}")
        if rows:
            show("as the tool says it now", rows)
        if ratios:
            mean = math.exp(statistics.mean(math.log(r) for r in ratios))
            print(f"  factor: geometric mean {mean:.2f}, median {statistics.median(ratios):.2f}, "
                  f"from {min(ratios):.2f} to {max(ratios):.2f}")


if __name__ == "__main__":
    main()
