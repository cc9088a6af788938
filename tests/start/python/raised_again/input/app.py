try:
    import orders_client
except ImportError as error:
    raise ImportError("install it") from error

def handler(event, context):
    return "ok"
