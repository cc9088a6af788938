d = {"a": 3, "b": 1}
if min(d, key=d.get) != "b" or max(d.items(), key=lambda p: p[1])[0] != "a":
    raise RuntimeError("x")


def handler(event, context):
    return 1
