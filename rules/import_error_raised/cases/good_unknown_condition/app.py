import os

if not os.environ.get("STAGE"):
    raise RuntimeError("STAGE is not set")


def handler(event, context):
    return "ok"
