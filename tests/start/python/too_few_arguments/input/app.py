def f(a, b):
    return a
X = f(1)


def handler(event, context):
    return "ok"
