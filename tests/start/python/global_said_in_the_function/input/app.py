count = 0
def bump():
    global count
    count += 1
bump()


def handler(event, context):
    return 1
