def f(a, b=1):
    return a
X = f(1, c=2)


def handler(event, context):
    return "ok"
