try:
    import flaky
except RuntimeError:
    pass
import flaky

def handler(event, context):
    return "ok"
