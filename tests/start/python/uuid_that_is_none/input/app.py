import uuid
uuid.UUID("1234")


def handler(event, context):
    return 1
