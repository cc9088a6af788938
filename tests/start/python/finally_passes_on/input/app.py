try:
    try:
        import orders_client
    finally:
        DONE = True
except ImportError:
    orders_client = None

def handler(event, context):
    return "ok"
