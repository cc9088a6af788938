def f():
    x = 0
    def g():
        print(x)
        nonlocal x
    g()


def handler(event, context):
    return 1
