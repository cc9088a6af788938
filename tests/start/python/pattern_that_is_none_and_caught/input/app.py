import re
try:
    re.compile("(")
except re.error:
    pass


def handler(event, context):
    return 1
