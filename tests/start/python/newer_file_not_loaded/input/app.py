import sys

if sys.version_info >= (3, 12):
    import kinds

def handler(event, context):
    return "ok"
