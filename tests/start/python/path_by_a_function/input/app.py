import os
import sys


def setup(name):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), name))


setup("vendored")
import xmlkit

def handler(event, context):
    return "ok"
