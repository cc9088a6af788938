import json


def handler(event, context):
    with open("zones.json") as file:
        return json.load(file)
