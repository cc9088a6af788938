import json

with open("zones.json") as file:  # ~ large-file-at-init
    ZONES = json.load(file)


def handler(event, context):
    return "ok"
