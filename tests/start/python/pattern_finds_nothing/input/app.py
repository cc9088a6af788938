import re

ID = re.compile(r"^[a-z]+-(\d+)$")
NUMBER = ID.match("order_12").group(1)

def handler(event, context):
    return None
