import black


def handler(event, context):
    return black.format_str(event["code"], mode=black.Mode())
