import tool.everything as tools  # ~ heavier-import-path


def handler(event, context):
    return tools.parse(event)
