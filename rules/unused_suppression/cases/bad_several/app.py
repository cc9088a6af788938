import json


def handler(event, context):
    return json.dumps(event)


# defrost: allow(network-at-init, nonsense) only the second is unknown ~ unused-suppression
LATER = None
