import yaml  # ~ unresolved-import


def handler(event, context):
    return yaml
