def load():
    print("loaded")


SETTINGS = load()
TABLE = SETTINGS.table  # ~ error-at-load


def handler(event, context):
    return "ok"
