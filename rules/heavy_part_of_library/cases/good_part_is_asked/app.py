import tool


def handler(event, context):
    return tool.parse(event)
