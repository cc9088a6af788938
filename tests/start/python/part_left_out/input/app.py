from chalice.config import Config

def handler(event, context):
    return "ok"
