from contextlib import contextmanager
log = []
@contextmanager
def cm():
    log.append("in")
    try:
        yield 1
    finally:
        log.append("out")
with cm() as v:
    if log != ["in"]:
        raise RuntimeError("early")
if log != ["in", "out"]:
    raise RuntimeError("late")


def handler(event, context):
    return 1
