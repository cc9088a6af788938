X = [y for y in None]


def handler(event, context):
    return "ok"
