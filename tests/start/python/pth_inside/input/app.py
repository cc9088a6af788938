import xmlkit

def handler(event, context):
    return "ok"
