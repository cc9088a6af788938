x = 0
def f():
    global x
    x = 1
    def g():
        nonlocal x
        x = 3
    g()


def handler(event, context):
    return 1
