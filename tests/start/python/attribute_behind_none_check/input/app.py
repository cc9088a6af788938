X = None
if X is not None:
    X.foo


def handler(event, context):
    return "ok"
