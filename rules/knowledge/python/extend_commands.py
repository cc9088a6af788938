"""Extends commands.toml from the metadata of installed distributions.

    python extend_commands.py FOLDER...

Each FOLDER holds `*.dist-info` folders. Of every distribution the commands are read that it installs (`console_scripts`
and `gui_scripts` of its entry points), and those kept that are not called like the distribution itself. Rows that are
there already stay, and get what is new. Only names are kept.
"""

import configparser
import re
import sys
import tomllib
from pathlib import Path

TABLE = Path(__file__).with_name("commands.toml")
# A distribution with more is a toolbox, of which settings and scripts name single tools.
MOST = 12


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def commands(info: Path) -> list[str]:
    points = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
    points.optionxform = str
    try:
        points.read_string((info / "entry_points.txt").read_text("utf-8"))
    except (OSError, configparser.Error):
        return []
    groups = (group for group in ("console_scripts", "gui_scripts") if points.has_section(group))
    return [name for group in groups for name in points[group]]


def main() -> None:
    text = TABLE.read_text("utf-8")
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    rows = {name: set(names) for name, names in tomllib.loads(text).items()}
    for info in (info for folder in sys.argv[1:] for info in Path(folder).glob("*.dist-info")):
        name = normalized(info.name.removesuffix(".dist-info").split("-")[0])
        found = {command for command in commands(info) if re.fullmatch(r"[\w.-]+", command)}
        found = {command for command in found if not re.search(r"\d\.\d+$", command)}  # one Python's own
        found -= {command for command in found if normalized(command) == name}
        if found and len(found) <= MOST:
            rows.setdefault(name, set()).update(found)
    lines = (f'{name} = [{", ".join(f"{chr(34)}{one}{chr(34)}" for one in sorted(rows[name]))}]\n' for name in sorted(rows))
    TABLE.write_text(head + "\n" + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
