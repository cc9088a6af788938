def check(n):
    if n > 2:
        raise RuntimeError("x")
    return n == 2
if not any(check(n) for n in [1, 2, 3]):
    raise RuntimeError("y")


def handler(event, context):
    return 1
