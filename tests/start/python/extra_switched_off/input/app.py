import webkit

client = webkit.Client(http2=False)

def handler(event, context):
    return "ok"
