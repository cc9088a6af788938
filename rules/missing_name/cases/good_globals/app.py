"""Names may come in ways that are not followed."""
from made import alpha


def handler(event, context):
    return "ok"
