import json

with open("settings.json") as file:
    SETTINGS = json.load(file)


def handler(event, context):
    return "ok"
