import sys

if sys.version_info < (3, 10):
    raise RuntimeError("this needs Python 3.10")  # ~ import-error-raised


def handler(event, context):
    return "ok"
