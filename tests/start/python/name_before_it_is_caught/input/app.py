try:
    LIMIT
except NameError:
    LIMIT = 3


def handler(event, context):
    return 1
