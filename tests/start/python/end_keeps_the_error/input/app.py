def f():
    try:
        raise ValueError("x")
    finally:
        return 1
if f() != 1:
    raise RuntimeError("x")


def handler(event, context):
    return 1
