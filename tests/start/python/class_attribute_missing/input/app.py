class A:
    x = 1
X = A.y


def handler(event, context):
    return "ok"
