import os

if os.environ.get("STREAMS"):
    import streams


def handler(event, context):
    return event
