import json
json.loads('[NaN, Infinity, -Infinity]')


def handler(event, context):
    return 1
