from helpers import fetch

def handler(event, context):
    return "ok"
