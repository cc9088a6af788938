import json

import sheets

# What is made here decorates the handler.
WRITER = sheets.Writer()


@WRITER.traced
def handler(event, context):
    if event.get("format") == "xlsx":
        return WRITER.render(event)
    return json.dumps(event["rows"])
