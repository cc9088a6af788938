import boxes


def handler(event, context):
    return "ok"
