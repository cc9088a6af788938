import collections

KINDS = (collections.Mapping, dict)  # ~ missing-name


def handler(event, context):
    return "ok"
