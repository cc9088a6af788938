from kinds import Order

def handler(event, context):
    return "ok"
