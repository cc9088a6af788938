from shop import Markup  # ~ missing-name


def handler(event, context):
    return Markup
