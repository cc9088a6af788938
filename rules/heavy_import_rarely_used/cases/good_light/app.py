import sheets  # too little to matter


def render(event):
    if event.get("format") == "xlsx":
        return sheets.render(event)
    return event


def handler(event, context):
    return render(event)
