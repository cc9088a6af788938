from shop import text

Code = text(regex="^a$")


def handler(event, context):
    return 1
