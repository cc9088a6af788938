class Many(ExceptionGroup):
    pass

def handler(event, context):
    return "ok"
