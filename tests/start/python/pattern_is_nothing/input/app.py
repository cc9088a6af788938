import re

NAME = re.compile(None)

def handler(event, context):
    return 1
