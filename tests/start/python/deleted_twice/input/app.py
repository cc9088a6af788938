x = 1
del x
del x


def handler(event, context):
    return 1
