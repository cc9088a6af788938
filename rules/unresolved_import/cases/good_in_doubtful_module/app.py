import platform

if platform.node().startswith("worker"):
    import streams


def handler(event, context):
    return event
