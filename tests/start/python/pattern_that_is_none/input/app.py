import re
re.compile("(")


def handler(event, context):
    return 1
