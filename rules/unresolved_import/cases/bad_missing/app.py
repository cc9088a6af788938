import orders_client  # ~ unresolved-import


def handler(event, context):
    return "ok"
