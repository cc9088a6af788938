import loader

config = loader.load("a: 1")


def handler(event, context):
    return 1
