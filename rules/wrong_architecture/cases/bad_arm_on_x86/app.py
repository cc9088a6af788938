import fastmath._core


def handler(event, context):
    return fastmath._core.total(event["amounts"])
