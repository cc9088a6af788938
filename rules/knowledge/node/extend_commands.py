"""Extends commands.toml from the manifests of installed packages.

    python extend_commands.py FOLDER...

Each FOLDER is a project: the packages that its `package.json` declares are looked up in its `node_modules`. Of each the
commands are read that it installs (`bin`), and those kept that are not called like the package itself. Rows that are there
already stay, and get what is new. Only names are kept.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

TABLE = Path(__file__).with_name("commands.toml")
# A package with more is a toolbox, of which settings and scripts name single tools.
MOST = 12
TABLES = ("dependencies", "devDependencies", "optionalDependencies")


def read(path: Path) -> dict:
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def declared(project: Path) -> set[str]:
    manifest = read(project / "package.json")
    return {name for table in TABLES for name in manifest.get(table) or {}}


def main() -> None:
    text = TABLE.read_text("utf-8")
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    rows = {name: set(names) for name, names in tomllib.loads(text).items()}
    for project in map(Path, sys.argv[1:]):
        for name in declared(project):
            manifest = read(project / "node_modules" / name / "package.json")
            commands = manifest.get("bin")
            if manifest.get("name") != name or not isinstance(commands, dict) or len(commands) > MOST:
                continue
            found = {command for command in commands if re.fullmatch(r"[\w.-]+", command)}
            if found - {name.split("/")[-1]}:
                rows.setdefault(name, set()).update(found)
    lines = (f'"{name}" = [{", ".join(json.dumps(one) for one in sorted(rows[name]))}]\n' for name in sorted(rows))
    TABLE.write_text(head + "\n" + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
