from dataclasses import dataclass
@dataclass(kw_only=True)
class A:
    x: int = 1
    y: int


def handler(event, context):
    return "ok"
