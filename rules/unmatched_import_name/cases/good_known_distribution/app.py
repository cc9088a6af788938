import yaml


def handler(event, context):
    return yaml.render(event)
