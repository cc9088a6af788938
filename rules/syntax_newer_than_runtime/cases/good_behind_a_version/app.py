import sys

if sys.version_info >= (3, 10):
    import matching


def handler(event, context):
    return "ok"
