from util import save

save("cache.json")


def handler(event, context):
    return 1
