LIMITS = {"orders": 10}
try:
    LIMIT = LIMITS["refunds"]
except KeyError:
    LIMIT = 0


def handler(event, context):
    return "ok"
