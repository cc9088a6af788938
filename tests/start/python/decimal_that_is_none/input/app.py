from decimal import Decimal
Decimal("abc")


def handler(event, context):
    return 1
