#!/usr/bin/env python3
"""Analyses a list of functions on a Spark cluster: a pure map, in which each task hands its lines to one defrost.

    spark-submit spark_job.py functions.ndjson results.parquet [defrost]

Every worker needs the executable and the packages under the paths of the list. A task that dies is run again by Spark;
what a line gives depends on nothing but the line, so the results are the same.
"""

import json
import subprocess
import sys
import threading

import pandas as pd
from pyspark.sql import SparkSession

SCHEMA = """
    name string, path string, runtime string, architecture string, memory_mb int, handler string, tags map<string,string>,
    grade string, verdict string, init_ms double, low_ms double, high_ms double, download_ms double, bytes bigint,
    packages array<struct<name:string,version:string,loaded:string,bytes:bigint,init_ms:double,removable_ms:double>>,
    findings array<struct<rule:string,severity:string,subject:string,message:string,init_ms:double,bytes:bigint,
        fingerprint:string>>,
    error string, record string
"""
COLUMNS = [
    "name", "path", "runtime", "architecture", "memory_mb", "handler", "tags", "grade", "verdict", "init_ms", "low_ms",
    "high_ms", "download_ms", "bytes", "packages", "findings", "error", "record",
]
# Records that are handed to Spark at once: some are megabytes.
BATCH = 32


def row(line):
    """A record as a row; what could not be analysed has nothing but its error."""
    record = json.loads(line)
    values = dict.fromkeys(COLUMNS)
    values["record"] = line
    if "error" in record:
        given = record["input"] if isinstance(record["input"], dict) else {}
        values |= {"path": given.get("path"), "error": record["error"]}
    for function in record.get("functions", []):
        init, package = function["init"], function["package"]
        for key in ("name", "runtime", "architecture", "memory_mb", "handler", "tags", "grade"):
            values[key] = function[key]
        values |= {
            "path": package["path"],
            "bytes": package["bytes"],
            "verdict": function["start"]["verdict"],
            "init_ms": init["estimated_ms"],
            "low_ms": init["low_ms"],
            "high_ms": init["high_ms"],
            "download_ms": init["download_ms"],
            "packages": [
                {key: one[key] for key in ("name", "version", "loaded", "bytes", "init_ms", "removable_ms")}
                for one in function["packages"]
            ],
            "findings": [
                {key: one[key] for key in ("rule", "severity", "subject", "message", "fingerprint")} | one["saves"]
                for one in record["findings"]
            ],
        }
    return values


def analyse(defrost):
    """What runs in a task: lines in, rows out, and never more of them in memory than a few."""

    def task(batches):
        command = [defrost, "check", "--from-file", "-", "--jobs", "1"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

        def feed():
            try:
                for batch in batches:
                    process.stdin.write("".join(f"{line}\n" for line in batch["value"]))
                process.stdin.close()
            except BrokenPipeError:
                pass  # It died; its exit code says so below.

        feeder = threading.Thread(target=feed)
        feeder.start()
        rows = []
        for line in process.stdout:
            rows.append(row(line.rstrip("\n")))
            if len(rows) == BATCH:
                yield pd.DataFrame(rows, columns=COLUMNS)
                rows = []
        feeder.join()
        # 1 is that there are findings, 2 that no line could be analysed: both are in the records.
        if process.wait() not in (0, 1, 2):
            raise RuntimeError(f"defrost ended with {process.returncode}")
        if rows:
            yield pd.DataFrame(rows, columns=COLUMNS)

    return task


def main():
    source, target = sys.argv[1:3]
    defrost = sys.argv[3] if len(sys.argv) > 3 else "defrost"
    spark = SparkSession.builder.appName("defrost").getOrCreate()
    # Small partitions: functions differ by a factor of a thousand in what they take.
    lines = spark.read.text(source)
    partitions = max(spark.sparkContext.defaultParallelism * 8, lines.count() // 500)
    results = lines.repartition(int(partitions)).mapInPandas(analyse(defrost), SCHEMA)
    results.write.mode("overwrite").parquet(target)
    spark.stop()


if __name__ == "__main__":
    main()
