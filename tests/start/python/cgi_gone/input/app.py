import cgi

def handler(event, context):
    return "ok"
