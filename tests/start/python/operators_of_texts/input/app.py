NAME = "orders"
STEM = NAME - "s"


def handler(event, context):
    return 1
