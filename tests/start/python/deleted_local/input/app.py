def f():
    x = 1
    del x
    return x
f()


def handler(event, context):
    return 1
