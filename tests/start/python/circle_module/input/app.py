import a

def handler(event, context):
    return "ok"
