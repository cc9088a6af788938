import sheets


# Others ask this module for what it imports.
def workbook(event):
    return sheets.render(event)
