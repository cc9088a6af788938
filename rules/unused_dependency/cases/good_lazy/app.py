def handler(event, context):
    import tables

    return tables.render(event)
