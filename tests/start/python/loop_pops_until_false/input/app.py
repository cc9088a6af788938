items = [1, 2, 0]
out = []
while (x := items.pop(0)):
    out.append(x)
if out != [1, 2]:
    raise RuntimeError("x")


def handler(event, context):
    return 1
