import tables

try:
    import colors
except ImportError:
    colors = None


def handler(event, context):
    return "ok"
