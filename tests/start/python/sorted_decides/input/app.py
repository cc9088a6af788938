names = sorted(["b", "a", "c"], reverse=True)
if names[0] != "a":
    raise RuntimeError(names[0])


def handler(event, context):
    return 1
