try:
    from typing import Self
except ImportError:
    Self = None

def handler(event, context):
    return "ok"
