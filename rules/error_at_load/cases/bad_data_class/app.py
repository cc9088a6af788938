from dataclasses import dataclass


@dataclass
class Order:
    lines: list = []  # ~ error-at-load


def handler(event, context):
    return "ok"
