import sheets


def handler(event, context):
    try:
        return sheets.fast(event)
    except KeyError:
        return sheets.render(event)
