import tables.frames
import tables.express as express  # ~ unused-heavy-import


def handler(event, context):
    return tables.frames.render(event)
