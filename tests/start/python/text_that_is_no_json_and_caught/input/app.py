import json
try:
    json.loads("x")
except json.JSONDecodeError as e:
    print(e)


def handler(event, context):
    return 1
