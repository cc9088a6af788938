from tool.everything import parse


def handler(event, context):
    return parse(event)
