done = []
try:
    step = 1
    b"ab" + "c"
except TypeError:
    step = 2
if step == 2:
    done.append(step)
if done != [2]:
    raise RuntimeError("not done")


def handler(event, context):
    return 1
