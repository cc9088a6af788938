from shop import text

Code = text(pattern="^a$")


def handler(event, context):
    return 1
