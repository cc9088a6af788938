import imp

def handler(event, context):
    return "ok"
