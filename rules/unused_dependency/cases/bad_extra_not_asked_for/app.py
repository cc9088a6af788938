import webclient

client = webclient.Client()


def handler(event, context):
    return client
