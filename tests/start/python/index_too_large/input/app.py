X = [1, 2]
Y = X[5]


def handler(event, context):
    return "ok"
