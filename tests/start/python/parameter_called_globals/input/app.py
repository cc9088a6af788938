from registry import orders

def handler(event, context):
    return 1
