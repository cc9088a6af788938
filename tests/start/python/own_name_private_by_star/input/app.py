from helpers import _fetch

def handler(event, context):
    return "ok"
