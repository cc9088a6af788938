def handler(event, context):
    import catalog

    return catalog.names()
