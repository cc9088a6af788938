import spreadsheets


def handler(event, context):
    return "ok"
