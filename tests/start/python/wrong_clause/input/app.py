try:
    import orders_client
except ValueError:
    pass

def handler(event, context):
    return "ok"
