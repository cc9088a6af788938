import shapes.circle


def handler(event, context):
    return "ok"
