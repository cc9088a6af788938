X = None
X.foo


def handler(event, context):
    return "ok"
