import shared

def handler(event, context):
    return "ok"
