def load():
    from os.path import *


def handler(event, context):
    return 1
