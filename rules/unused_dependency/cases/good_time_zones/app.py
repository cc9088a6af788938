from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def handler(event, context):
    return str(BERLIN)
