from orders import total


def handler(event, context):
    return total(event["orders"])
