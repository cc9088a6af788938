from . import views

def handler(event, context):
    return "ok"
