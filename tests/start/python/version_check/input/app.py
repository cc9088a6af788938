import modern

def handler(event, context):
    return "ok"
