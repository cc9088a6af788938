import fastmath


def handler(event, context):
    return "ok"
