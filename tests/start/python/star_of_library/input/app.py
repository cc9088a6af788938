from os.path import *

ROOT = join("a", "b")

def handler(event, context):
    return "ok"
