d = {True: "t", False: "f"}
if d[1] != "t" or d[1 == 2] != "f":
    raise RuntimeError("x")


def handler(event, context):
    return 1
