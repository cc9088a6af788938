from collections import Mapping  # ~ missing-name


def handler(event, context):
    return "ok"
