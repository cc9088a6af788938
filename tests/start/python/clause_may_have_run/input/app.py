found = False
seen = []
try:
    "abc".index("z")
except ValueError:
    found = True
    seen.append("z")
if not found:
    raise RuntimeError("not found")
assert seen == ["z"]


def handler(event, context):
    return 1
