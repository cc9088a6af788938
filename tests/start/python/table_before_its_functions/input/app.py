ROUTES = {"GET /orders": orders}


def orders(event):
    return event


def handler(event, context):
    return 1
