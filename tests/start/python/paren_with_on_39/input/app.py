def copy(a, b):
    with (open(a) as x, open(b) as y):
        return x, y

def handler(event, context):
    return "ok"
