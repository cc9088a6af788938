WIDTH = 80

def handler(event, context):
    return "ok"
