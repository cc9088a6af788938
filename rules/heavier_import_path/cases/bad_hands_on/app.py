from tool.everything import parse  # ~ heavier-import-path


def handler(event, context):
    return parse(event)
