X = (5).bit_count()


def handler(event, context):
    return "ok"
