import charts
import sheets

# Both routes change it: they cannot live apart.
SEEN = {}


def chart(event):
    SEEN[event["id"]] = charts.draw(event)
    return SEEN


def sheet(event):
    SEEN.pop(event["id"])
    return sheets.write(SEEN)


def handler(event, context):
    if event["path"] == "/chart":
        return chart(event)
    if event["path"] == "/sheet":
        return sheet(event)
    return None
