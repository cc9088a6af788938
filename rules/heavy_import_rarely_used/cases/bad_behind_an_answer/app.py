import sheets  # ~ heavy-import-rarely-used

KNOWN = {"empty": "[]"}


def handler(event, context):
    if event["name"] in KNOWN:
        return KNOWN[event["name"]]
    return sheets.render(event)
