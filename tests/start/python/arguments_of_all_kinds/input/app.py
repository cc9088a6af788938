def f(a, /, b, *c, d=1, **e):
    return a
X = f(1, 2, 3, d=3, z=3)


def handler(event, context):
    return "ok"
