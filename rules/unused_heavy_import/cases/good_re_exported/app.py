from helpers import tables


def handler(event, context):
    return tables
