from json import pretty  # ~ missing-name


def handler(event, context):
    return "ok"
