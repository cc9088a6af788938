import sheets  # ~ heavy-import-rarely-used

KNOWN = {"empty": "[]"}


def handler(event, context):
    try:
        return KNOWN[event["name"]]
    except KeyError:
        return sheets.render(event)
