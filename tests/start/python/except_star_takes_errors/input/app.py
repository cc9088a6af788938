hit = 0
try:
    raise ValueError("x")
except* ValueError:
    hit = 1
if not hit:
    raise RuntimeError("x")


def handler(event, context):
    return 1
