import webclient

client = webclient.Client(http2=True)


def handler(event, context):
    return client
