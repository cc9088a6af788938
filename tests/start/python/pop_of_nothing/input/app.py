a = []
a.pop()


def handler(event, context):
    return 1
