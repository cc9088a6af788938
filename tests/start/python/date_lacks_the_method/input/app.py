from datetime import datetime

START = datetime.strptime("2024-03-01", "%Y-%m-%d")
TEXT = START.strtime("%d")

def handler(event, context):
    return None
