import frames.tests


def handler(event, context):
    return "ok"
