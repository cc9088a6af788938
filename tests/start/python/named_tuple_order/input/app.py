from typing import NamedTuple
class P(NamedTuple):
    x: int = 1
    y: int


def handler(event, context):
    return "ok"
