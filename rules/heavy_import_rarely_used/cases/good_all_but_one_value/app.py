import sheets


def handler(event, context):
    if event.get("source") != "warmer":
        return sheets.render(event)
    return "warm"
