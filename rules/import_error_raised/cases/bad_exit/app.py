import sys

try:
    import orders_client
except ImportError:
    sys.exit("orders_client is missing")  # ~ import-error-raised


def handler(event, context):
    return "ok"
