ROWS = [("a", 2), ("b", 1)]
ORDERED = sorted(ROWS, key=lambda row: rwo[1])


def handler(event, context):
    return 1
