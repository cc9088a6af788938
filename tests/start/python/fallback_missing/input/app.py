try:
    import orjson_fast
except ImportError:
    import ujson_fast

def handler(event, context):
    return "ok"
