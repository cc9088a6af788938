import requests

def handler(event, context):
    return event
