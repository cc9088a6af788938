def f():
    try:
        raise ValueError("x")
    except ValueError as e:
        pass
    try:
        return e
    except UnboundLocalError:
        return None
f()


def handler(event, context):
    return 1
