"""As a script it has no package, and says so."""
try:
    from . import views
except ImportError:
    import views


def handler(event, context):
    return "ok"
