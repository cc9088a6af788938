found = [x := 1 for x in [2]]


def handler(event, context):
    return 1
