import uuid

RUN_ID = uuid.uuid4().hex # ~ snapshot-unsafe-init


def handler(event, context):
    return {"id": RUN_ID}
