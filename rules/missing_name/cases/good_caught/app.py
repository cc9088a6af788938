"""The failure is caught."""
try:
    from collections import Mapping
except ImportError:
    from collections.abc import Mapping


def handler(event, context):
    return "ok"
