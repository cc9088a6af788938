"""It would fail in a request, not during Init."""


def handler(event, context):
    import orders_client

    return orders_client.fetch(event)
