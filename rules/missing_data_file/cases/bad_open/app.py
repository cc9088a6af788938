import json
import os

with open(os.path.join(os.path.dirname(__file__), "settings.json")) as file:  # ~ missing-data-file
    SETTINGS = json.load(file)


def handler(event, context):
    return "ok"
