def f(v):
    match v:
        case {"a": x, **rest}: pass
        case [y, *zs]: pass
    def g():
        nonlocal x, rest, y, zs
        x = rest = y = zs = 3
    g()
f({})


def handler(event, context):
    return 1
