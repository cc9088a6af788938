import uuid


def handler(event, context):
    return {"id": uuid.uuid4().hex}
