from tasks import task  # ~ library-works-at-import


def handler(event, context):
    return task(event)
