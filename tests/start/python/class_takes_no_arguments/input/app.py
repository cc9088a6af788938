class A:
    pass
X = A(1)


def handler(event, context):
    return "ok"
