COUNT = 3
IS_THERE = 1 in COUNT

def handler(event, context):
    return None
