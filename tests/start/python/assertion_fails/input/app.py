DEBUG = 0
assert DEBUG == 1


def handler(event, context):
    return "ok"
