import importlib

for name in ("ujson_fast", "orjson_fast", "json"):
    try:
        codec = importlib.import_module(name)
        break
    except ImportError:
        continue
else:
    raise ImportError("no codec")

def handler(event, context):
    return "ok"
