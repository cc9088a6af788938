from dataclasses import dataclass, field
@dataclass
class A:
    x: list = field(default_factory=list)


def handler(event, context):
    return "ok"
