# An import that may fail waits for nothing.
try:
    import reportkit
except ImportError:
    reportkit = None


def handler(event, context):
    return reportkit and reportkit.render(event)
