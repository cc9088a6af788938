def handler(event, context):
    if event["path"] == "/chart":
        import charts

        return charts.draw(event)
    if event["path"] == "/sheet":
        import sheets

        return sheets.write(event)
    return None
