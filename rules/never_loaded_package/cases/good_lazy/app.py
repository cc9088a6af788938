def handler(event, context):
    import spreadsheets

    return spreadsheets.write(event)
