import json
json.loads("{'a': 1}")


def handler(event, context):
    return 1
