import json
import os

with open(os.path.join(os.path.dirname(__file__), "config.json")) as file:
    CONFIG = json.load(file)
REGION = CONFIG["aws"]["region"].upper()
FIRST = CONFIG["rules"][0]["name"]
assert CONFIG["limit"] + 1 == 6

def handler(event, context):
    return None
