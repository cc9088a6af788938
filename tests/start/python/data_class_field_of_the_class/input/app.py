from dataclasses import dataclass
from typing import ClassVar
@dataclass
class A:
    x: int
    n: ClassVar[int] = 3
A(1, 2)


def handler(event, context):
    return 1
