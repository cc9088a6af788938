class Order:
    name: str | None = None

def handler(event, context):
    return "ok"
