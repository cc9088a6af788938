SIZE = 1_000 * 1_000
SQUARES = [n * n for n in range(SIZE)]  # ~ compute-at-init


def handler(event, context):
    return SQUARES[event["n"]]
