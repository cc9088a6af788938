import re
re.compile(r"a++")


def handler(event, context):
    return 1
