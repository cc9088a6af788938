a = []
a.add(1)


def handler(event, context):
    return 1
