import pgkit

def handler(event, context):
    return "ok"
