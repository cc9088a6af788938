import sheets

# Every request uses what is made here.
WRITER = sheets.Writer()


def handler(event, context):
    WRITER.open(event)
    if event.get("format") == "xlsx":
        return WRITER.render(event)
    return sorted(event["rows"])
