import sheets


def handler(event, context):
    # One of the two runs for every request.
    if event.get("all"):
        return sheets.render(event)
    else:
        return sheets.render_some(event)
