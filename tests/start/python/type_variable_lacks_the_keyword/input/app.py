from typing import TypeVar

T = TypeVar("T", bounds=int)

def handler(event, context):
    return 1
