import re

FLAGS = re.I | re.M
BOTH = {1} | {2}
MERGED = {"a": 1} | {"b": 2}

def handler(event, context):
    return "ok"
