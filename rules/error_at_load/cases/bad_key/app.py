LIMITS = {"orders": 10}
LIMIT = LIMITS["refunds"]  # ~ error-at-load


def handler(event, context):
    return "ok"
