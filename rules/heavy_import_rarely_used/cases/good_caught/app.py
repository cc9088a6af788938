try:
    import sheets
except ImportError:
    sheets = None


def handler(event, context):
    # Optional already: whoever ships it has chosen to.
    if sheets and event.get("format") == "xlsx":
        return sheets.render(event)
    return event["rows"]
