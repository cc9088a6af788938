import os

try:
    os.makedirs("cache/orders")
except FileNotFoundError:
    CACHE = None


def handler(event, context):
    return 1
