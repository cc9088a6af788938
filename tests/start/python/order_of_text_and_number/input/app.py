LIMIT = "10"
IS_LARGE = LIMIT > 5

def handler(event, context):
    return None
