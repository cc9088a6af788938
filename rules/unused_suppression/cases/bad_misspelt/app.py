import json  # defrost: allow(unresolved-imports) ~ unused-suppression


def handler(event, context):
    return json.dumps(event)
