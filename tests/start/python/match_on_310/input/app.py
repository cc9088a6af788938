def kind(value):
    match value:
        case 1:
            return "one"
    return "many"

def handler(event, context):
    return "ok"
