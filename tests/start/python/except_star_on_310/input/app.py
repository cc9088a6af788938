def run():
    try:
        pass
    except* ValueError:
        pass

def handler(event, context):
    return "ok"
