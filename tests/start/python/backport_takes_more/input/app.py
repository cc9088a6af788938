from typing_extensions import TypeVar

T = TypeVar("T", default=int)


def handler(event, context):
    return T
