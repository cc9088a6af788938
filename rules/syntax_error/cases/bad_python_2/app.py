import json


def handler(event, context):
    print event  # ~ syntax-error
    return json.dumps(event)
