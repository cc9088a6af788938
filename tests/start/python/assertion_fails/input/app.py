import sys

assert sys.version_info >= (3, 13), "needs 3.13"


def handler(event, context):
    return 1
