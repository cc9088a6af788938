import httpx

client = httpx.Client(http2=True)

def handler(event, context):
    return event
