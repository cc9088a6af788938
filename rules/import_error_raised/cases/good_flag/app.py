"""A flag, and on."""
try:
    import orjson

    HAS_ORJSON = True
except ImportError:
    HAS_ORJSON = False


def handler(event, context):
    return "ok"
