import tempfile


def handler(event, context):
    with tempfile.NamedTemporaryFile("w") as out:
        out.write(event["text"])
    return {}
