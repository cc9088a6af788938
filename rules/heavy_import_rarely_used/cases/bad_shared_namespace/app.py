import json

from cloud.tables import query  # ~ heavy-import-rarely-used


def handler(event, context):
    if event.get("report"):
        return query.run(event)
    return json.dumps({"ok": event["id"]})
