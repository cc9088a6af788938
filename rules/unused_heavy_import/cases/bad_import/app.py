import json

import tables  # ~ unused-heavy-import


def handler(event, context):
    return json.dumps(event)
