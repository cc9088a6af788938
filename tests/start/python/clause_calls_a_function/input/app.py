state = {"ready": False}


def mend():
    state["ready"] = True


try:
    [][0]
except IndexError:
    mend()
if not state["ready"]:
    raise RuntimeError("not ready")


def handler(event, context):
    return 1
