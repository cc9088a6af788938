import argparse
import dataclasses
import json
import logging
import string
import textwrap
import threading
from functools import lru_cache, partial
from pathlib import Path

logging.getLogger("a").info("%s %s", "a", "b", extra={"c": 1})
PARSER = argparse.ArgumentParser(prog="x", add_help=False)
PARSER.add_argument("--size", type=int, default=3)
WORKER = threading.Thread(target=print, args=(1,), daemon=True)
TEXT = textwrap.indent("a", prefix=" ") + string.Template("$a").substitute(a=1)
DATA = json.dumps({}, indent=2, default=str)
SOURCE = Path(__file__).read_text(encoding="utf-8")


@lru_cache(maxsize=None)
def cached():
    return 1


@dataclasses.dataclass(frozen=True, order=True)
class Point:
    x: int = dataclasses.field(default=0, compare=False)

def handler(event, context):
    return None
