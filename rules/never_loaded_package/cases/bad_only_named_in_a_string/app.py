def handler(event, context):
    return "made with spreadsheets"
