from itertools import batched, chain

def handler(event, context):
    return "ok"
