def f():
    x = 0
    class A:
        nonlocal x
        x = 1
        def m(self):
            nonlocal x
f()


def handler(event, context):
    return 1
