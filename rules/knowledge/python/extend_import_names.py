"""Extends import_names.toml from the metadata of installed distributions, or from a list that somebody wrote down.

    python extend_import_names.py FOLDER...
    python extend_import_names.py --list FILE

A list has a module and its distribution on each line, from a public table or the distributions' documentation. It adds
rows where there is none: what such a row leaves out would be taken for somebody else's, so that it has to be whole.
Each FOLDER holds `*.dist-info` folders: a `site-packages`, or a deployment package. What a distribution provides is read
from its RECORD: modules and packages at the top, and below namespace packages (folders without `__init__.py`) the first
parts that have code. Rows that are there already win, except that names of the metadata are added to them where the
distribution is installed. Only names are kept.
"""

import csv
import re
import sys
import tomllib
from pathlib import Path

TABLE = Path(__file__).with_name("import_names.toml")
# No importable code, or code of nobody's business.
SKIPPED = re.compile(r"^(_|\.|tests?$|testing$|docs?$|examples?$|benchmarks?$|bin$|scripts?$|share$|include$|lib$)")
EXTENSION = re.compile(r"^([A-Za-z_]\w*)(\.[\w-]+)?\.(so|pyd)$")


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def files(info: Path) -> list[list[str]]:
    record = info / "RECORD"
    if not record.is_file():
        return []
    with record.open(newline="", encoding="utf-8") as lines:
        paths = [row[0] for row in csv.reader(lines) if row]
    return [path.split("/") for path in paths if not path.startswith(("../", "/")) and ".dist-info/" not in path]


def provided(paths: list[list[str]]) -> set[str]:
    """Dotted names, as short as they can be and still be the distribution's own."""
    packages = {tuple(parts[:-1]) for parts in paths if parts[-1] == "__init__.py"}
    found = set()
    for parts in paths:
        module = parts[-1]
        stem = module[:-3] if module.endswith(".py") else (m.group(1) if (m := EXTENSION.match(module)) else None)
        if stem is None or not all(part.isidentifier() for part in parts[:-1]):
            continue
        name = parts[:-1] if stem == "__init__" else [*parts[:-1], stem]
        depth = next((at for at in range(1, len(name)) if tuple(name[:at]) in packages), len(name))
        if name[:depth] and not SKIPPED.match(name[0]):
            found.add(".".join(name[:depth]))
    return found


def rows(folders: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for info in (info for folder in folders for info in Path(folder).glob("*.dist-info")):
        name, _, _ = info.name.removesuffix(".dist-info").partition("-")
        names = provided(files(info))
        # A dozen parts below one namespace say no more than the namespace itself.
        if names and len(names) <= 12:
            found.setdefault(normalized(name), set()).update(names)
    return found


def listed(path: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        module, _, name = line.strip().partition(" ")
        if name:
            found.setdefault(normalized(name), set()).add(module)
    return found


def main() -> None:
    text = TABLE.read_text(encoding="utf-8")
    table = {name: set(names) for name, names in tomllib.loads(text).items()}
    if sys.argv[1:2] == ["--list"]:
        table = listed(sys.argv[2]) | table
    else:
        for name, names in rows(sys.argv[1:]).items():
            known = table.setdefault(name, set())
            known.update(new for new in names if not any(new.startswith(f"{old}.") for old in known))
    head = text[: text.index("\n\n") + 2]
    body = "".join(
        f"{name} = [{', '.join(f'"{part}"' for part in sorted(names, key=str.lower))}]\n" for name, names in sorted(table.items())
    )
    TABLE.write_text(head + body, encoding="utf-8")


if __name__ == "__main__":
    main()
