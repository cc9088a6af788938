import reportkit


def handler(event, context):
    return reportkit.render(event)
