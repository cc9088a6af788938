from collections import namedtuple

Order = namedtuple("Order", "id class")

def handler(event, context):
    return 1
