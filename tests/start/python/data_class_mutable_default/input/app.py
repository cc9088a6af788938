from dataclasses import dataclass
@dataclass
class A:
    x: list = []


def handler(event, context):
    return "ok"
