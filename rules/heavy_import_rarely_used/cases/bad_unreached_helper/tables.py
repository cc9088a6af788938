import sheets  # ~ heavy-import-rarely-used


def plain(event):
    return event["rows"]


def workbook(event):
    return sheets.render(event)
