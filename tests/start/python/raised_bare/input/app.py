try:
    import orders_client
except ImportError:
    print("missing")
    raise

def handler(event, context):
    return "ok"
