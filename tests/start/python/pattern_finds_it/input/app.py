import re

ID = re.compile(r"^[a-z]+-(?P<number>\d+)$")
NUMBER = int(ID.match("order-12").group("number"))
assert NUMBER == 12 and re.split(r"[,;]", "a,b;c")[2] == "c"

def handler(event, context):
    return None
