try:
    import simdjson as _json
    FAST = True
except ImportError:
    import json as _json
    FAST = False
if FAST:
    loads = _json.fast
else:
    loads = _json.loads

def handler(event, context):
    return "ok"
