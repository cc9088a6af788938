import tool  # ~ heavy-part-of-library


def handler(event, context):
    return tool.parse(event)
