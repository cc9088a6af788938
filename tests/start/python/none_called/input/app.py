X = None
X()


def handler(event, context):
    return "ok"
