for at in range(2):
    if at:
        LAST = seen
    seen = at


def handler(event, context):
    return 1
