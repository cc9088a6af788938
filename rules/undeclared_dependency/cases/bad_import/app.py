import colors  # ~ undeclared-dependency
import tables


def handler(event, context):
    return "ok"
