import sheets


def handler(event, context):
    # Every request needs it, the branch only decides how.
    book = sheets.open(event)
    if event.get("all"):
        return sheets.render(book)
    return book
