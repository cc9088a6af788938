try:
    import json
except ImportError:
    json = None
else:
    from json import nothing

def handler(event, context):
    return "ok"
