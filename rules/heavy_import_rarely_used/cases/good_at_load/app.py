import sheets

# Used while the module loads, not only in the branch.
FORMATS = sheets.FORMATS


def handler(event, context):
    if event.get("format") in FORMATS:
        return sheets.render(event)
    return event
