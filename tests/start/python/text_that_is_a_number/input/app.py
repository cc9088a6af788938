X = int(" 12 ")


def handler(event, context):
    return "ok"
