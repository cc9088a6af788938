from fastmath import area


def handler(event, context):
    return 1
