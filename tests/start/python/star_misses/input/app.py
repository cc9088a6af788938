from helpers import *

LIMIT = WIDTH + HEIGHT

def handler(event, context):
    return "ok"
