class A:
    def __init__(self, x):
        self.x = x
X = A()


def handler(event, context):
    return "ok"
