from tools import text

def handler(event, context):
    return "ok"
