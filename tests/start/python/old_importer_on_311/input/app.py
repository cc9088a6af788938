from made.moves import range

def handler(event, context):
    return "ok"
