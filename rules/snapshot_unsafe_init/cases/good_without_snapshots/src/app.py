import uuid

RUN_ID = uuid.uuid4().hex


def handler(event, context):
    return {"id": RUN_ID}
