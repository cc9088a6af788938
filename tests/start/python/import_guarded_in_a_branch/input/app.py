import json

if json.loads("{}"):
    try:
        import not_here
    except ImportError:
        not_here = None


def handler(event, context):
    return 1
