from maker import orders

def handler(event, context):
    return 1
