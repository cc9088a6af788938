from dataclasses import dataclass, field
from typing import ClassVar


@dataclass
class Order:
    number: int
    lines: list = field(default_factory=list)
    kinds: ClassVar[list] = []


ORDER = Order(1)


def handler(event, context):
    return "ok"
