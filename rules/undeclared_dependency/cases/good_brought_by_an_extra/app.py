import pools

def handler(event, context):
    return event
