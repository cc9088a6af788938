def need(name):
    try:
        return __import__(name)
    except ImportError as error:
        raise SystemExit(f"{name} is missing") from error  # ~ import-error-raised


CLIENT = need("orders_client")


def handler(event, context):
    return "ok"
