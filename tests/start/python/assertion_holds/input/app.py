assert True


def handler(event, context):
    return "ok"
