import kinds

def handler(event, context):
    return "ok"
