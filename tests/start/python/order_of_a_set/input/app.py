NAMES = {"a", "b"}
FIRST = list(NAMES)[0]
assert FIRST in ("a", "b")
if FIRST == "a":
    SECOND = "b"
else:
    SECOND = "a"
assert SECOND != FIRST and sorted(NAMES)[1] == "b"

def handler(event, context):
    return None
