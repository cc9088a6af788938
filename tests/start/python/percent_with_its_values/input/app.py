"%s=%5.2f %%" % ("a", 1)


def handler(event, context):
    return 1
