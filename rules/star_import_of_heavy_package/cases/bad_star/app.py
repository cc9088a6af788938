from tables import *  # ~ star-import-of-heavy-package


def handler(event, context):
    return "ok"
