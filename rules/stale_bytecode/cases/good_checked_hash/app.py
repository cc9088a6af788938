import catalog


def handler(event, context):
    return "ok"
