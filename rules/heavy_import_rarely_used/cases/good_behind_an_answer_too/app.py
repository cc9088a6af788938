import sheets


def handler(event, context):
    if event.get("part"):
        return sheets.part(event["part"])
    return sheets.render(event)
