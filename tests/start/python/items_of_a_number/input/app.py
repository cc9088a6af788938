SIZE = 5
PARTS = list(SIZE)

def handler(event, context):
    return None
