from tables import *


def handler(event, context):
    return "ok"
