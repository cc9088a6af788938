LIMIT = 3


def last():
    return LIMTI

def handler(event, context):
    return "ok"
