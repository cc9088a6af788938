try:
    import orders_client
finally:
    DONE = True

def handler(event, context):
    return "ok"
