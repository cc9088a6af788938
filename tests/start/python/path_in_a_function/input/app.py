import sys


def setup():
    sys.path.insert(0, "vendored")


import xmlkit

def handler(event, context):
    return "ok"
