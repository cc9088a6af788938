from typing import TypeVar

T = TypeVar(None)

def handler(event, context):
    return 1
