try:
    limit = int("7")
except ValueError:
    raise
if limit > 5:
    raise RuntimeError("too many")


def handler(event, context):
    return 1
