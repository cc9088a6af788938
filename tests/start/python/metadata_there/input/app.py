import tables

def handler(event, context):
    return "ok"
