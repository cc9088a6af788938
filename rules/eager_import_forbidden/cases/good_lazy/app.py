def handler(event, context):
    # Loaded by the first request: Init stays as it was.
    import charts

    return charts.draw(event)
