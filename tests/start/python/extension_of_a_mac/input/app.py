from fastmath import _core


def handler(event, context):
    return 1
