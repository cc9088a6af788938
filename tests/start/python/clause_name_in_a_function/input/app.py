try:
    raise ValueError("x")
except ValueError as e:
    f = lambda: e
f()


def handler(event, context):
    return 1
