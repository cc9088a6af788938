from lib import *
print(sub)


def handler(event, context):
    return 1
