import payments

def handler(event, context):
    return "ok"
