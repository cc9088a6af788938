from shop import Client

client = Client()
client.open(ssl=True)


def handler(event, context):
    return 1
