try:
    import orders_client
except ImportError:
    orders_client = None

def handler(event, context):
    return "ok"
