import collections

KINDS = (collections.Mapping,)

def handler(event, context):
    return "ok"
