import fastmath._core  # ~ wrong-abi-tag


def handler(event, context):
    return fastmath._core.total(event["amounts"])
