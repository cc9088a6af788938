"{a}".format(b=1)


def handler(event, context):
    return 1
