from tasks import task


def handler(event, context):
    return task(event)
