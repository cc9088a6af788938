import webkit

client = webkit.Client(http2=True)

def handler(event, context):
    return "ok"
