try:
    import flaky
except RuntimeError:
    pass
try:
    import flaky
except RuntimeError:
    flaky = None

def handler(event, context):
    return "ok"
