try:
    import orders_client
except Exception:
    pass

def handler(event, context):
    return "ok"
