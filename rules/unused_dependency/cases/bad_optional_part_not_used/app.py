from shapes import Text

field = Text


def handler(event, context):
    return field
