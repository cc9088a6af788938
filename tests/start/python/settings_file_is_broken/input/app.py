import json
import os

with open(os.path.join(os.path.dirname(__file__), "config.json")) as file:
    CONFIG = json.load(file)

def handler(event, context):
    return None
