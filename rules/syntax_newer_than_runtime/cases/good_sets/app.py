import re

FLAGS = re.IGNORECASE | re.MULTILINE
NAMES = {"a"} | {"b"}
BOTH = {"a": 1} | {"b": 2}


def handler(event, context):
    return "ok"
