from json import pretty

def handler(event, context):
    return "ok"
