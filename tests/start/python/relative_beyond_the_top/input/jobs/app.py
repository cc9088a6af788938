from ..shared import log

def handler(event, context):
    return "ok"
