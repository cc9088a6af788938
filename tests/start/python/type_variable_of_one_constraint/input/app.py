from typing import TypeVar

T = TypeVar("T", int)

def handler(event, context):
    return 1
