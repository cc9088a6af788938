LIMIT = int(DEFAULT_LIMIT)  # ~ missing-name


def handler(event, context):
    return "ok"
