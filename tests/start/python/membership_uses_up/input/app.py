it = (x for x in [1, 2, 3])
if 2 not in it:
    raise RuntimeError("x")
if list(it) != [3]:
    raise RuntimeError("y")


def handler(event, context):
    return 1
