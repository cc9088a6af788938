import os

SETTINGS = open("settings.json").read() if os.path.exists("settings.json") else ""


def handler(event, context):
    return "ok"
