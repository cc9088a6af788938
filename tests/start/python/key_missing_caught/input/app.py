CONF = {"a": 1}
try:
    B = CONF["b"]
except KeyError:
    B = None


def handler(event, context):
    return "ok"
