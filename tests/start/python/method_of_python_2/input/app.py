X = "ab".decode("utf8")


def handler(event, context):
    return "ok"
