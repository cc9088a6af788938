import rates


def handler(event, context):
    return rates.of(event["currency"])
