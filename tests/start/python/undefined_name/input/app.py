LIMIT = 3
LAST = LIMTI + 1

def handler(event, context):
    return "ok"
