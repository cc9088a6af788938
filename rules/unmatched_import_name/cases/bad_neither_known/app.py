import reportkit  # ~ unmatched-import-name


def handler(event, context):
    return reportkit.render(event)
