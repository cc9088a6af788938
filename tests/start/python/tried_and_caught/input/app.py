try:
    b"\xff".decode()
    raise RuntimeError("x")
except UnicodeDecodeError:
    pass


def handler(event, context):
    return 1
