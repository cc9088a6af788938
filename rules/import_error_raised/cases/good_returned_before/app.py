import os


def setup():
    if os.environ.get("OFFLINE"):
        return None
    raise RuntimeError("no network")


if os.environ.get("STAGE"):
    setup()


def handler(event, context):
    return "ok"
