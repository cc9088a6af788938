import ledgers


def handler(event, context):
    return ledgers.X
