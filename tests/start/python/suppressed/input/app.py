import contextlib

with contextlib.suppress(ImportError):
    import orders_client

def handler(event, context):
    return "ok"
