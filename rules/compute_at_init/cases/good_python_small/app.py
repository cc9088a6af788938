SQUARES = [n * n for n in range(1000)]


def handler(event, context):
    return [n for n in range(1_000_000)]
