from enum import Enum


class Kind(Enum):
    A = 1


NAME = Kind.A.name + Kind["A"].name
ALL = [kind.name for kind in Kind]


def handler(event, context):
    return "ok"
