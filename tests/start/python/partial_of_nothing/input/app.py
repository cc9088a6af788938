import functools

run = functools.partial(None, 1)

def handler(event, context):
    return 1
