X = PythonFinalizationError


def handler(event, context):
    return "ok"
