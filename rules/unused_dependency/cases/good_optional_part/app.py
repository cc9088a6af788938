from shapes import Email

field = Email


def handler(event, context):
    return field
