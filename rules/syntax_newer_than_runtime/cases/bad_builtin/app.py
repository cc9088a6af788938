class Failures(ExceptionGroup):  # ~ syntax-newer-than-runtime
    pass


def handler(event, context):
    return "ok"
