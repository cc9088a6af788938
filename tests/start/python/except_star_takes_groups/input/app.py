try:
    raise ExceptionGroup("g", [ValueError("a"), KeyError("b")])
except* ValueError as e:
    seen = 1
except* KeyError:
    other = 2
if seen != 1 or other != 2:
    raise RuntimeError("x")


def handler(event, context):
    return 1
