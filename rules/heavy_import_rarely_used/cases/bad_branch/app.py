import json

import sheets  # ~ heavy-import-rarely-used


def render(event):
    if event.get("format") == "xlsx":
        return sheets.render(event)
    return json.dumps(event)


def count(event):
    return {"rows": render(event)}


def handler(event, context):
    return count(event)
