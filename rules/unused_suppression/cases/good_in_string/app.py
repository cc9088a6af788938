import json

HOW = "# defrost: allow(nonsense)"  # a string is no comment


def handler(event, context):
    """
    # defrost: allow(nonsense)
    """
    return json.dumps(event)
