import sys

try:
    import orders_client
except ImportError:
    sys.exit("missing")

def handler(event, context):
    return "ok"
