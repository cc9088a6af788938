import fastmath._core


def handler(event, context):
    return fastmath
