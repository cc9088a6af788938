*first, *last = [1, 2, 3]


def handler(event, context):
    return 1
