def kind(value):
    match value:  # ~ syntax-newer-than-runtime
        case 1:
            return "one"
    return "many"


def handler(event, context):
    return "ok"
