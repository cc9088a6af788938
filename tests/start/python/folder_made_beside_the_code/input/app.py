import os

CACHE = os.path.join(os.path.dirname(__file__), "cache")
if not os.path.exists(CACHE):
    os.makedirs(CACHE)


def handler(event, context):
    return 1
