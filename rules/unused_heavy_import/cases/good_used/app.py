import tables


def handler(event, context):
    return tables.render(event)
