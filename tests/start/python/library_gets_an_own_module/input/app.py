import tempfile


def handler(event, context):
    return tempfile.gettempdir()
