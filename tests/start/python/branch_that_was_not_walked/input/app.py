done = []
try:
    step = 1
    (300).to_bytes(1, "big")
except OverflowError:
    step = 2
if step == 2:
    done.append(step)
if done != [2]:
    raise RuntimeError("not done")


def handler(event, context):
    return 1
