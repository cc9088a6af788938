from typing import Self

def handler(event, context):
    return "ok"
