try:
    import orjson as json_lib
except ImportError:
    import ujson as json_lib  # ~ import-error-raised


def handler(event, context):
    return "ok"
