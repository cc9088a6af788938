from dataclasses import dataclass
@dataclass(slots=True)
class A:
    x: int = 1


def handler(event, context):
    return "ok"
