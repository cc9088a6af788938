def make():
    pass
X = make()
X.name


def handler(event, context):
    return "ok"
