def f(a, b):
    return a
A = (1, 2, 3)
X = f(*A)


def handler(event, context):
    return "ok"
