import json  # defrost: allow(network-at-init) the rule does not run here


def handler(event, context):
    return json.dumps(event)
