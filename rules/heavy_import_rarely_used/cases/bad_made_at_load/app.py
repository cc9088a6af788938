import sheets  # ~ heavy-import-rarely-used

# Only the branch uses what is made here.
WRITER = sheets.Writer()


def handler(event, context):
    if event.get("format") == "xlsx":
        return WRITER.render(event)
    return sorted(event["rows"])
