from dataclasses import dataclass
@dataclass
class A:
    x: int
    y: int = 0
A()


def handler(event, context):
    return 1
