import uuid
from snapshot_restore_py import register_after_restore

RUN_ID = uuid.uuid4().hex


@register_after_restore
def renew():
    global RUN_ID
    RUN_ID = uuid.uuid4().hex


def handler(event, context):
    return RUN_ID
