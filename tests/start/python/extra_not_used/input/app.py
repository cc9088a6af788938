from telemetry import Logger

logger = Logger()

def handler(event, context):
    return "ok"
