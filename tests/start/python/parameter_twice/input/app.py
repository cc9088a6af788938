def convert(value, value):
    return value


def handler(event, context):
    return 1
