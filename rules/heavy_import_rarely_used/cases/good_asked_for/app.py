import export


def handler(event, context):
    return export.sheets.render(event)
