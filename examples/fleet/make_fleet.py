#!/usr/bin/env python3
"""Makes a fleet to try things on: hard links of real packages, and the list that `defrost check --from-file` takes.

    make_fleet.py PACKAGES OUT COUNT

PACKAGES is a folder of zips, each with its handler's module at the root. OUT gets `functions/*.zip` and
`functions.ndjson`. The same COUNT gives the same fleet.
"""

import base64
import hashlib
import json
import os
import re
import sys
import zipfile
from pathlib import Path

# A function that may be the handler of a module.
PYTHON = re.compile(rb"^(?:async )?def (lambda_handler|handler)\(", re.M)
NODE = re.compile(rb"export.*\b(handler)\b")
TEAMS = ["billing", "catalog", "identity", "orders", "search", "shipping"]
MEMORY = [128, 256, 512, 1024, 1769]


def packages(folder):
    """Path, handler, runtime and hash of each package."""
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            entry = next(filter(None, (handler(archive, name) for name in sorted(archive.namelist()))), None)
        if entry:
            digest = hashlib.sha256(path.read_bytes()).digest()
            yield path, *entry, base64.b64encode(digest).decode()


def handler(archive, name):
    """Handler and runtime, where a file at the root has a function that may be one."""
    stem, _, kind = name.rpartition(".")
    if "/" in name or kind not in ("py", "js", "mjs", "cjs"):
        return None
    found = (PYTHON if kind == "py" else NODE).search(archive.read(name))
    return found and (f"{stem}.{found[1].decode()}", "python3.12" if kind == "py" else "nodejs22.x")


def main():
    source, out, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    found = list(packages(source))
    if not found:
        sys.exit(f"{source}: no zip with a handler's module at its root")
    (out / "functions").mkdir(parents=True, exist_ok=True)
    with open(out / "functions.ndjson", "w", encoding="utf-8") as listing:
        for number in range(count):
            package, handler, runtime, digest = found[number % len(found)]
            name = f"fn-{number:05}"
            link = out / "functions" / f"{name}.zip"
            link.unlink(missing_ok=True)
            try:
                os.link(package, link)
            except OSError:
                link.symlink_to(package.resolve())
            line = {
                "path": str(link),
                "name": name,
                "handler": handler,
                "runtime": runtime,
                "architecture": "arm64" if number % 3 == 0 else "x86_64",
                "memory": MEMORY[number % len(MEMORY)],
                "layers": [],
                "CodeSha256": digest,
                "tags": {"team": TEAMS[number // 7 % len(TEAMS)], "account": f"{number % 11:012}"},
            }
            listing.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
