class A:
    x = 1
A.y = 2
X = A.y


def handler(event, context):
    return "ok"
