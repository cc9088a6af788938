import sheets

CACHE = {}


def render(name):
    if name not in CACHE:
        CACHE[name] = sheets.render(name)
    return CACHE[name]


def look_up(name):
    found = CACHE.get(name)
    if found is None:
        found = CACHE[name] = sheets.render(name)
    return found


def handler(event, context):
    return [render(event["name"]), look_up(event["name"])]
