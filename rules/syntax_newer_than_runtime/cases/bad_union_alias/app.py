Name = str | None  # ~ syntax-newer-than-runtime


def handler(event, context):
    return "ok"
