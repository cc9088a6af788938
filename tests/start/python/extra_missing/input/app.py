from telemetry import Tracer

tracer = Tracer()

def handler(event, context):
    return "ok"
