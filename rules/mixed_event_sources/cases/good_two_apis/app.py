# Requests from two kinds of gateways: somebody waits for both.
def handler(event, context):
    if "httpMethod" in event:
        return event["path"]
    if "routeKey" in event:
        return event["rawPath"]
    if event.get("source") == "warmer":
        return None
    return None
