from helpers import render  # ~ missing-name


def handler(event, context):
    return "ok"
