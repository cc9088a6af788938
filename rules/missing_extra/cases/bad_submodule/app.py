import telemetry.parser


def handler(event, context):
    return "ok"
