from datetime import datetime

SINCE = datetime.strptime("2024-02-29", "%Y-%m-%d")
AT = datetime.strptime("1/2/2024 7:05", "%d/%m/%Y %H:%M")
MONTH = datetime.strptime("May 2024", "%b %Y")

def handler(event, context):
    return 1
