import sheets

CACHE = {}


def handler(event, context):
    try:
        return CACHE[event["name"]]
    except KeyError:
        CACHE[event["name"]] = sheets.render(event)
    return CACHE[event["name"]]
