import sheets

# Used while this module loads: it is the import of this module that can move.
FORMATS = sheets.FORMATS


def render(event):
    return FORMATS[event["format"]](event)
