import tomllib

def handler(event, context):
    return "ok"
