import webclient


def handler(event, context):
    return webclient
