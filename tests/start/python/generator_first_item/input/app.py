def gen():
    yield 1
    raise RuntimeError("x")
g = gen()
first = next(g)
if first != 1:
    raise RuntimeError("y")


def handler(event, context):
    return 1
