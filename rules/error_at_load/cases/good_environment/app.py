import os

LIMIT = {"a": 1, "b": 2}.get(os.environ.get("STAGE"), 0)
RATE = 10 / (LIMIT or 1)


def handler(event, context):
    return "ok"
