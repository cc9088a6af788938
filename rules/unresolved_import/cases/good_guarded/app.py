"""The failure is caught."""
try:
    import orjson
except ImportError:
    orjson = None


def handler(event, context):
    return "ok"
