#!/usr/bin/env python3
"""Fits the Node coefficients of the cost model and writes cost.toml.

  fit.py --tool DEFROST --bundles DIR --truth DIR [--write]

DIR (bundles) holds the calibration bundles, DIR (truth) their measured truth: the load time of the handler
module in fresh Node 20 processes. The features are what the tool itself counts (`init.counted` of its
report), so a refit after a change of the simulation needs nothing but this script.

Model: milliseconds = sum of non-negative coefficient x count; relative errors are minimised, robustly.
Cases marked `compute` are left out of the fit: what they compute at load is not what loading costs. They give
the cost of a statement in a long loop.

Each case is also predicted by a fit of all others. The stated range comes from these errors and not
from the residuals, which flatter a model with ten coefficients.
"""
import argparse
import json
import math
import statistics
import subprocess
from pathlib import Path

# coefficient -> value of the feature for (counted, mode)
FEATURES = {
    "module": lambda c: c["modules"],
    "package": lambda c: c["packages"],
    "compiled_kb": lambda c: c["compiled_bytes"] / 1e3,
    "run_kb": lambda c: c["run_bytes"] / 1e3,
    "read_kb": lambda c: c["read_bytes"] / 1e3,
    "function": lambda c: c["functions"],
    "linked": lambda c: c["linked"],
    "scanned_kb": lambda c: c["scanned_bytes"] / 1e3,
    "extension": lambda c: c["extensions"],
    "standard": lambda c: c["standard_ms"],
}
UNUSED = ["class", "compiled_knode", "decorator", "regex_byte", "native_mb", "relocation"]

# Published on Lambda (facts/cold-start-evidence.md, section 3): Node 20, 1 KB to 16 MB of generated code that
# is loaded, 26 to 32 ms per MB. The corpus holds a reference of the same kind: one generated file of 1 MB,
# measured in every round (`timing.ref_min_ms`). AWS SDK v3 with one client, bundled (section 5): 83 to 110 ms.
LAMBDA = [
    ("AWS SDK v3, one client, one bundled file (Stuyvenberg 2023: 83 to 110 ms)", 96, "awsv3-s3-bundled"),
    ("AWS SDK v2, one client, packaged (Stuyvenberg 2023: 104 to 110 ms)", 107, "awsv2-client-s3"),
    ("AWS SDK v2, whole, packaged (Stuyvenberg 2023: 502 to 540 ms)", 521, "awsv2-whole"),
]

# What is left of compiling where a cache of compiled code is shipped: typescript.js, which does little else when it
# loads, takes about 80 instead of 130 ms by the commit that brought `module.enableCompileCache` to Node 22.
CACHED = 0.62

FLOOR_MS = 15       # below this a relative error says little
BIG_MS = 20         # cases that the stated range must hold for


def nnls(rows, y):
    """Least squares with coefficients >= 0, by projected coordinate descent."""
    n = len(rows[0])
    gram = [[sum(r[i] * r[j] for r in rows) for j in range(n)] for i in range(n)]
    b = [sum(r[i] * v for r, v in zip(rows, y)) for i in range(n)]
    x = [0.0] * n
    for _ in range(20_000):
        change = 0.0
        for j in range(n):
            if gram[j][j] > 0:
                new = max(0.0, x[j] + (b[j] - sum(gram[j][k] * x[k] for k in range(n))) / gram[j][j])
                change = max(change, abs(new - x[j]) / (abs(x[j]) + 1e-9))
                x[j] = new
        if change < 1e-9:
            break
    return x


def fit(samples):
    """Coefficients by name, and the prediction for each sample."""
    names = list(FEATURES)
    rows = [[FEATURES[n](c) for n in names] for _, c, _ in samples]
    size = [max((r[i] for r in rows), default=0) or 1.0 for i in range(len(names))]
    rows = [[v / s for v, s in zip(r, size)] for r in rows]
    weight = [1 / max(ms, FLOOR_MS) for *_, ms in samples]
    robust = [1.0] * len(samples)
    for _ in range(25):
        w = [a * b for a, b in zip(weight, robust)]
        x = nnls([[v * k for v in r] for r, k in zip(rows, w)], [ms * k for (*_, ms), k in zip(samples, w)])
        predicted = [sum(v * k for v, k in zip(r, x)) for r in rows]
        robust = [1 / math.sqrt(max(abs(p - ms) * k, 0.03)) for p, (*_, ms), k in zip(predicted, samples, weight)]
    return {n: v / s for n, v, s in zip(names, x, size)}, predicted


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, max(0, round(q * (len(values) - 1))))]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--tool", required=True)
    ap.add_argument("--bundles", required=True, type=Path)
    ap.add_argument("--truth", required=True, type=Path)
    ap.add_argument("--write", action="store_true", help="write cost.toml beside this script")
    args = ap.parse_args()
    samples, computing = [], []
    for path in sorted(args.truth.glob("*.json")):
        doc = json.loads(path.read_text())
        if doc.get("set") != "calibration" or not doc.get("timing"):
            continue
        run = subprocess.run([args.tool, "check", str(args.bundles / doc["case"]), "--handler", doc["handler"],
                              "--runtime", "nodejs20.x", "--format", "json"], capture_output=True, text=True)
        report = json.loads(run.stdout)["functions"][0]
        to = computing if doc.get("compute") else samples
        to.append((doc["case"], report["init"]["counted"], doc["timing"]["min_ms"]))
    coefficients, predicted = fit(samples)
    coefficients["statement"] = statement(computing)
    unseen = left_out(samples)
    lines = []
    for title, values in (("fitted", predicted), ("leaving each case out", unseen)):
        line, pairs = summary(samples, values)
        lines.append(f"{title}: {line}")
        print(lines[-1])
        for _, case, ms, p in pairs[:10]:
            print(f"    {case}: measured {ms:.0f}, predicted {p:.0f}")
    lines += [f"  {case}: measured {ms:.0f}, predicted {p:.0f}" for _, case, ms, p in pairs[:6]]
    errors = [ratio for ratio, *_ in pairs]
    low, high = quantile(errors, 0.05) * 0.96, quantile(errors, 0.95) * 1.04
    print("coefficients", {k: round(v, 6) for k, v in coefficients.items()})
    fitted = {case: p for p, (case, _, _) in zip(predicted, samples)}
    ratios = {name: ms / fitted[case] for name, ms, case in LAMBDA if case in fitted}
    print("published over fitted", {k: round(v, 2) for k, v in ratios.items()}, "range", round(low, 2), round(high, 2))
    if args.write:
        write(coefficients, low, high, lines)


def statement(computing):
    """Milliseconds per statement of code that V8 has optimised, from the cases that compute most of their time."""
    per = [ms / counted["statements"] for _, counted, ms in computing if ms >= BIG_MS and counted["statements"] > 1e6]
    return statistics.median(per) if per else 0.0


def left_out(samples):
    """The prediction for each case of a fit that has not seen it."""
    predicted = []
    for at, (_, counted, _) in enumerate(samples):
        coefficients, _ = fit(samples[:at] + samples[at + 1:])
        predicted.append(sum(FEATURES[n](counted) * v for n, v in coefficients.items()))
    return predicted


def summary(samples, predicted):
    """A line about the errors over the larger cases, and these cases, worst first."""
    pairs = [(ms / max(p, 0.1), case, ms, p) for p, (case, _, ms) in zip(predicted, samples) if ms >= BIG_MS]
    factors = [math.exp(abs(math.log(ratio))) for ratio, *_ in pairs]
    line = (f"{len(pairs)} cases over {BIG_MS} ms, median factor {statistics.median(factors):.2f}, "
            f"90 % {quantile(factors, 0.9):.2f}, worst {max(factors):.2f}")
    return line, sorted(pairs, key=lambda pair: -abs(math.log(pair[0])))


def write(coefficients, low, high, lines):
    target = Path(__file__).with_name("cost.toml")
    text = "# Written by fit.py beside this file. Milliseconds per unit on the calibration machine (Node 20).\n"
    text += "# Errors, and the largest when a case is left out:\n"
    text += "".join(f"#   {line}\n" for line in lines)
    text += f"# Holds for 90 % of the calibration cases above {BIG_MS} ms, each predicted without itself.\nrange = [{low:.2f}, {high:.2f}]\n"
    text += "".join(f"{name} = {value:.6g}\n" for name, value in coefficients.items()).replace("= 0\n", "= 0.0\n")
    text += f"cached = {CACHED}\n"
    text += "".join(f"{name} = 0.0\n" for name in UNUSED)
    target.write_text(text)


if __name__ == "__main__":
    main()
