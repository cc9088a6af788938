"""A module of our own that is called like the library."""
import requests

DEFAULT = requests.get("default")


def handler(event, context):
    return "ok"
