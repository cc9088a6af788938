try:
    step = 1
    (300).to_bytes(1, "big")
except OverflowError:
    step = 2


def go():
    if step == 2:
        return
    raise RuntimeError("too far")


go()
for number in (1, 2):
    if step == 2:
        break
    raise RuntimeError("too far")


def handler(event, context):
    return 1
