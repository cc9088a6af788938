CONF = {"a": 1}
B = CONF["b"]


def handler(event, context):
    return "ok"
