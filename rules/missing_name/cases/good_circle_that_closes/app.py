"""The module is imported, and its names are asked for later."""
import a


def handler(event, context):
    return "ok"
