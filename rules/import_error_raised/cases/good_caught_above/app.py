"""The raised error is caught further out."""
try:
    import tables
except ImportError:
    tables = None


def handler(event, context):
    return "ok"
