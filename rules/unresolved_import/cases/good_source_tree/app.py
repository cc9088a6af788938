import requests
import yaml


def handler(event, context):
    return yaml, requests
