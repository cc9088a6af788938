import marshmallow

assert marshmallow.NAMES

def handler(event, context):
    return None
