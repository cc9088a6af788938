import shelve

CACHE = shelve.open("cache")


def handler(event, context):
    return 1
