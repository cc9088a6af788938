from statistics import pretty

def handler(event, context):
    return "ok"
