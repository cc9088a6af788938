def f():
    global never
    return never
f()


def handler(event, context):
    return 1
