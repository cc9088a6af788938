import fastmath


def handler(event, context):
    return fastmath.add(1, 2)
