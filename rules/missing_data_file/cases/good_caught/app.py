try:
    SETTINGS = open("settings.json").read()
except OSError:
    SETTINGS = ""


def handler(event, context):
    return "ok"
