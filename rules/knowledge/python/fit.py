#!/usr/bin/env python3
"""Fits the Python coefficients of the cost model and writes cost.toml.

  fit.py --tool DEFROST --bundles DIR --truth DIR [--write]

DIR (bundles) holds the calibration bundles, DIR (truth) their measured truth: for each case the
load time of the handler module in fresh CPython 3.11 processes, in mode `a` (no bytecode) and in
mode `b` (valid bytecode). The features are what the tool itself counts (`init.counted` of its
report), so a refit after a change of the simulation needs nothing but this script.

Model: milliseconds = sum of non-negative coefficient x count. Both modes are fitted together: in
mode `b` nothing is compiled and the bytecode is read instead. Relative errors are minimised,
robustly (iteratively reweighted, so that single odd cases do not bend the line). Known calls at load
have their cost in the table, which is kept by hand; it is taken off before the fit.

Each case is also predicted by a fit of all others. The stated range comes from these errors and not
from the residuals, which flatter a model with a dozen coefficients. The largest ones are written
into cost.toml beside the coefficients.
"""
import argparse
import json
import math
import statistics
import subprocess
from pathlib import Path

# coefficient -> value of the feature for (counted, mode)
FEATURES = {
    "module": lambda c, mode: c["modules"],
    "compiled_knode": lambda c, mode: c["compiled_nodes"] / 1e3 if mode == "a" else 0.0,
    "read_kb": lambda c, mode: (c["read_bytes"] + (c["compiled_bytes"] if mode == "b" else 0)) / 1e3,
    "function": lambda c, mode: c["functions"],
    "class": lambda c, mode: c["classes"],
    "decorator": lambda c, mode: c["decorators"],
    "regex_byte": lambda c, mode: c["regex_bytes"],
    "extension": lambda c, mode: c["extensions"],
    "native_mb": lambda c, mode: c["native_bytes"] / 1e6,
    "relocation": lambda c, mode: c["relocations"],
    "standard": lambda c, mode: c["standard_ms"],
}

# Comments and blank lines compile for nothing, and a statement costs what is in it: fitted coefficients for these
# would only stand in for others, and mislead where a module is a long table.
UNUSED = ["compiled_kb", "statement"]

# Milliseconds per round of a long loop: three loops of one to four simple statements take 60 to 80 ns a round
# in CPython 3.11 (processor time of fresh processes). No calibration case has one.
ROUND = 7e-5

# Published import times on Lambda, python3.9 x86_64, zip or layers, December 2023 (fourTheorem
# lambda-datasci-perf, median of four functions): milliseconds, and the packages of a calibration
# case that make up the same import, with bytecode. `platform/fit_factors.py` takes the ratios from here.
LAMBDA = [
    ("boto3", 204, "s3_copy_client", ["boto3", "botocore", "s3transfer", "jmespath", "urllib3", "python-dateutil", "six"]),
    ("numpy", 497, "numpy_stats", ["numpy"]),
    ("pandas with pyarrow", 1698, "pandas_etl", ["pandas", "numpy", "pyarrow", "python-dateutil", "six"]),
    ("requests", 90, "webhook_requests", ["requests", "urllib3", "certifi", "idna", "charset-normalizer"]),
    ("aws_lambda_powertools", 59, "powertools_logger", ["aws-lambda-powertools", "jmespath", "typing-extensions"]),
]

FLOOR_MS = 15       # below this a relative error says little
BIG_MS = 20         # cases that the stated range must hold for


def nnls(rows, y):
    """Least squares with coefficients >= 0, by projected coordinate descent."""
    n = len(rows[0])
    gram = [[sum(r[i] * r[j] for r in rows) for j in range(n)] for i in range(n)]
    b = [sum(r[i] * v for r, v in zip(rows, y)) for i in range(n)]
    x = [0.0] * n
    for _ in range(5_000):
        change = 0.0
        for j in range(n):
            if gram[j][j] > 0:
                new = max(0.0, x[j] + (b[j] - sum(gram[j][k] * x[k] for k in range(n))) / gram[j][j])
                change = max(change, abs(new - x[j]) / (abs(x[j]) + 1e-9))
                x[j] = new
        if change < 1e-7:
            break
    return x


def predict(counted, mode, coefficients):
    """Known calls have their cost in the table; everything else is coefficient x count."""
    return counted["calls_ms"] + sum(FEATURES[n](counted, mode) * v for n, v in coefficients.items())


def fit(samples):
    """Coefficients by name, and the prediction for each sample."""
    names = list(FEATURES)
    rows = [[FEATURES[n](c, mode) for n in names] for _, mode, c, _ in samples]
    size = [max((r[i] for r in rows), default=0) or 1.0 for i in range(len(names))]
    rows = [[v / s for v, s in zip(r, size)] for r in rows]
    weight = [1 / max(ms, FLOOR_MS) for *_, ms in samples]
    robust = [1.0] * len(samples)
    for _ in range(25):
        w = [a * b for a, b in zip(weight, robust)]
        rest = [max(ms - c["calls_ms"], 0.0) * k for (_, _, c, ms), k in zip(samples, w)]
        x = nnls([[v * k for v in r] for r, k in zip(rows, w)], rest)
        predicted = [c["calls_ms"] + sum(v * k for v, k in zip(r, x)) for r, (_, _, c, _) in zip(rows, samples)]
        robust = [1 / math.sqrt(max(abs(p - ms) * k, 0.03)) for p, (*_, ms), k in zip(predicted, samples, weight)]
    return {n: v / s for n, v, s in zip(names, x, size)}, predicted


def left_out(samples):
    """The prediction for each sample of a fit that has not seen its case."""
    predicted = [0.0] * len(samples)
    for case in sorted({s[0] for s in samples}):
        coefficients, _ = fit([s for s in samples if s[0] != case])
        for at, (name, mode, counted, _) in enumerate(samples):
            if name == case:
                predicted[at] = predict(counted, mode, coefficients)
    return predicted


def summary(samples, predicted, mode):
    """Errors over the larger cases of a mode, worst first, and a line about them."""
    pairs = [(ms / p, case, ms, p) for p, (case, m, _, ms) in zip(predicted, samples) if m == mode and ms >= BIG_MS]
    factors = [math.exp(abs(math.log(ratio))) for ratio, *_ in pairs]
    line = (f"mode {mode}: {len(pairs)} cases over {BIG_MS} ms, median factor {statistics.median(factors):.2f}, "
            f"90 % {quantile(factors, 0.9):.2f}, worst {max(factors):.2f}")
    return line, sorted(pairs, key=lambda pair: -abs(math.log(pair[0])))


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
    reports, samples = {}, []
    for path in sorted(args.truth.glob("*.json")):
        doc = json.loads(path.read_text())
        if doc.get("set") != "calibration" or not doc.get("timing"):
            continue
        run = subprocess.run([args.tool, "check", str(args.bundles / doc["case"]), "--handler", doc["handler"],
                              "--runtime", "python3.11", "--format", "json"], capture_output=True, text=True)
        report = json.loads(run.stdout)["functions"][0]
        reports[doc["case"]] = report
        calls = sum(p["ms"] for p in report["init"]["parts"] if p["kind"] == "call") / report["init"]["basis"]["factor"]
        counted = dict(report["init"]["counted"], calls_ms=calls)
        for mode in "ab":
            samples.append((doc["case"], mode, counted, doc["timing"][mode]["wall_ms"]["min"]))
    coefficients, predicted = fit(samples)
    unseen = left_out(samples)
    lines = []
    for title, values in (("fitted", predicted), ("leaving each case out", unseen)):
        for mode in "ab":
            line, pairs = summary(samples, values, mode)
            lines.append(f"{title}, {line}")
            print(lines[-1])
            for _, case, ms, p in pairs[:8]:
                print(f"    {case}: measured {ms:.0f}, predicted {p:.0f}")
    _, pairs = summary(samples, unseen, "a")
    ratios = [ratio for ratio, *_ in pairs]
    # Functions that are like none of the corpus err more than a case of it that is left out.
    low, high = quantile(ratios, 0.05) * 0.85, quantile(ratios, 0.95) * 1.15
    lines += [f"  {case}: measured {ms:.0f}, predicted {p:.0f}" for _, case, ms, p in pairs[:6]]
    print("coefficients", {k: round(v, 6) for k, v in coefficients.items()})
    ratios = {}
    for name, ms, case, packages in LAMBDA:
        if case in reports:
            init = reports[case]["init"]
            share = sum(p["ms"] for p in init["parts"] if p["kind"] in ("module", "native") and p["name"] in packages)
            total = sum(p["ms"] for p in init["parts"] if p["kind"] != "runtime")
            fitted = next(p for p, (c, m, *_ ) in zip(predicted, samples) if c == case and m == "b")
            ratios[name] = ms / (fitted * share / total)
    print("published over fitted", {k: round(v, 2) for k, v in ratios.items()}, "range", round(low, 2), round(high, 2))
    if args.write:
        write(coefficients, low, high, len({s[0] for s in samples}), lines)


def write(coefficients, low, high, cases, errors):
    target = Path(__file__).with_name("cost.toml")
    kept = target.read_text().split("\n[[call]]", 1)
    text = "# Written by fit.py beside this file; the [[call]] tables are kept by hand.\n"
    text += f"# Milliseconds per unit on the calibration machine (CPython 3.11, {cases} cases, with and without bytecode).\n"
    text += "# Errors, and the largest in mode a when a case is left out:\n"
    text += "".join(f"#   {line}\n" for line in errors)
    text += f"# Holds for 90 % of the calibration cases above {BIG_MS} ms, each predicted without itself.\nrange = [{low:.2f}, {high:.2f}]\n"
    text += "".join(f"{name} = {value:.6g}\n" for name, value in coefficients.items()).replace("= 0\n", "= 0.0\n")
    text += "".join(f"{name} = 0.0\n" for name in UNUSED)
    text += f"round = {ROUND}\n"
    target.write_text(text + ("\n[[call]]" + kept[1] if len(kept) > 1 else ""))


if __name__ == "__main__":
    main()
