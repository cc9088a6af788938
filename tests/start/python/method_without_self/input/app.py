class A:
    def go():
        return 1
X = A().go()


def handler(event, context):
    return "ok"
