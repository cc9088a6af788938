class A:
    def __init__(self):
        self.x = 1
X = A().y


def handler(event, context):
    return "ok"
