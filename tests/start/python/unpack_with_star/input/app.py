a, *b = 1,


def handler(event, context):
    return "ok"
