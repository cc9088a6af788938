from dataclasses import dataclass, field
@dataclass
class A:
    x: int
    y: int = field(init=False, default=1)
A(1)


def handler(event, context):
    return 1
