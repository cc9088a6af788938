import fastmath._core  # ~ addon-for-another-platform


def handler(event, context):
    return fastmath._core.total(event["amounts"])
