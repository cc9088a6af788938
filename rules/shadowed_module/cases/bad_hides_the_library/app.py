import tempfile

FOLDER = tempfile.gettempdir()


def handler(event, context):
    return FOLDER
