import os

if os.environ.get("ENDPOINT"):
    from exporter import Exporter


def handler(event, context):
    return 
