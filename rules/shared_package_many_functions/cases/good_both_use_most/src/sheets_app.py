import common
import sheets


def handler(event, context):
    return sheets.run(event)
