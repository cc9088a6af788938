from datetime import datetime

SINCE = datetime.strptime("2024-13-01", "%Y-%m-%d")

def handler(event, context):
    return 1
