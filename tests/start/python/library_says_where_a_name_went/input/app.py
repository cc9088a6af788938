from shop import Settings


def handler(event, context):
    return 1
