import collections

LIMITS = {"orders": 10}
CHAIN = collections.ChainMap(LIMITS)
CHAIN["refunds"] = 5
LIMIT = LIMITS["refunds"]


def handler(event, context):
    return "ok"
