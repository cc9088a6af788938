try:
    import orders_client
except ImportError:
    raise  # ~ import-error-raised


def handler(event, context):
    return "ok"
