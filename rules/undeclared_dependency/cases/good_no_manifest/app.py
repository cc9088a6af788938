import colors


def handler(event, context):
    return "ok"
