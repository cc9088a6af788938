import export  # ~ heavy-import-rarely-used


def handler(event, context):
    if event.get("format") == "xlsx":
        return export.render(event)
    return event["rows"]
