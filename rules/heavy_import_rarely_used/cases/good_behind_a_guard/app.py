import sheets


def handler(event, context):
    if event.get("warmup"):
        return "warm"
    return sheets.render(event)
