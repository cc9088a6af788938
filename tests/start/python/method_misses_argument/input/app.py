class A:
    def go(self, x):
        return x
X = A().go()


def handler(event, context):
    return "ok"
