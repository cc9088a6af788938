"""Compares what Spark has found with what one process found, and runs the queries of the example over it."""

import json
import pathlib
import sys

import duckdb


def plain(line):
    """A record without the number of its line: where a list is taken apart, lines have other numbers."""
    record = json.loads(line)
    return json.dumps(record | {"line": 0}) if "line" in record else line


rows = duckdb.sql("SELECT record FROM 'results.parquet/*.parquet'").fetchall()
spark = sorted(plain(row[0]) for row in rows)
alone = sorted(plain(line) for line in pathlib.Path("whole.ndjson").read_text().splitlines())
if spark != alone:
    sys.exit(f"Spark has {len(spark)} records and one process {len(alone)}, and they are not the same")
for name in ("queries.sql", "growth.sql"):
    for query in pathlib.Path(sys.argv[1], name).read_text().split(";"):
        if query.strip():
            print(duckdb.sql(query))
