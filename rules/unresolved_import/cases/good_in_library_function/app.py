import arrays

ZEROS = arrays.zeros(3)


def handler(event, context):
    return len(ZEROS)
