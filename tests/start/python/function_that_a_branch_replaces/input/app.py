import json

try:
    loads = json.loads
    loads("1")

    def dumps(value, indent=None):
        return json.dumps(value, indent=indent)
except ValueError:
    def dumps(value):
        return str(value)

TEXT = dumps({}, indent=2)

def handler(event, context):
    return 1
