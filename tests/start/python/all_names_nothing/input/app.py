from base import *

def handler(event, context):
    return "ok"
