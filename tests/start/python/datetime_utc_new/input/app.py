from datetime import UTC

def handler(event, context):
    return "ok"
