import charts


def handler(event, context):
    return charts.draw(event)
