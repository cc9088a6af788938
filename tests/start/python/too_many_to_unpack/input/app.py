a, b = 1, 2, 3


def handler(event, context):
    return "ok"
