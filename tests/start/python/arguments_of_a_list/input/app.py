ROWS = []
ROWS.append()


def handler(event, context):
    return 1
