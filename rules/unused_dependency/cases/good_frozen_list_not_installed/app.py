# Five of the six are there because `pip freeze` lists them; nothing installed tells for whose sake.
import requests


def handler(event, context):
    return requests.get(event["url"]).text
