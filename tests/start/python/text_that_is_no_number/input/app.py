X = int("abc")


def handler(event, context):
    return "ok"
