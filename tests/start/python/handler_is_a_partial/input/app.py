import functools


def _run(limit, event, context):
    return "ok"


handler = functools.partial(_run, 3)
