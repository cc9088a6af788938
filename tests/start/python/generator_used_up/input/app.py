def g():
    yield 1
it = g()
list(it)
if list(it):
    raise RuntimeError("x")


def handler(event, context):
    return 1
