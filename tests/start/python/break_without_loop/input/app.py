if True:
    break


def handler(event, context):
    return 1
