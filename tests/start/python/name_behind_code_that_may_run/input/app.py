import os

FLAGS = {}


def note(name):
    FLAGS[name] = True


if os.environ.get("NOTES"):
    note("notes")

LIMIT = SETTINGS_LIMIT

def handler(event, context):
    return 1
