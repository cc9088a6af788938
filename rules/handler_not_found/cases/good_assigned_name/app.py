"""An assignment defines a name as well as a def does."""


def _handle(event, context):
    return "ok"


handler = _handle
