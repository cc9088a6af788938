import shop

def handler(event, context):
    return "ok"
