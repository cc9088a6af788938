import other


def handler(event, context):
    return 1
