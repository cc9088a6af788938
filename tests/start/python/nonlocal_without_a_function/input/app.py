def f():
    nonlocal x
    x = 1


def handler(event, context):
    return 1
