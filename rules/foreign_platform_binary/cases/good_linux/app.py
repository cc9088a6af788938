import fastmath


def handler(event, context):
    return fastmath
