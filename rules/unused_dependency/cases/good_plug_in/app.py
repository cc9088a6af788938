import tracer


def handler(event, context):
    return tracer
