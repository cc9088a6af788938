try:
    from lib import *
except AttributeError:
    pass


def handler(event, context):
    return 1
