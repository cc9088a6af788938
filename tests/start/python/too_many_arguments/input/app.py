def f(a, b):
    return a
X = f(1, 2, 3)


def handler(event, context):
    return "ok"
