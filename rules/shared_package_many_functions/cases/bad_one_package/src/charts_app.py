import charts


def handler(event, context):
    return charts.run(event)
