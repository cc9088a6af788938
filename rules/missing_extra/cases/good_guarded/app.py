import telemetry


def handler(event, context):
    return "ok"
