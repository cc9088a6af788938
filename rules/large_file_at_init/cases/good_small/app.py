import json

with open("zones.json") as file:
    ZONES = json.load(file)


def handler(event, context):
    return "ok"
