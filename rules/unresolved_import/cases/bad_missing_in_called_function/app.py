def setup():
    import orders_client  # ~ unresolved-import

    return orders_client


CLIENT = setup()


def handler(event, context):
    return "ok"
