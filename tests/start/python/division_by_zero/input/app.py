N = 0
X = 10 // N


def handler(event, context):
    return "ok"
