PRI = {"low": 2, "high": 1}
names = sorted(["low", "high"], key=PRI.get)
if names[0] != "high":
    raise RuntimeError("x")


def handler(event, context):
    return 1
