from lib import *


def handler(event, context):
    return 1
