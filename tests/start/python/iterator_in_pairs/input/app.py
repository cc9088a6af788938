it = iter([1, 2, 3, 4])
if list(zip(it, it)) != [(1, 2), (3, 4)]:
    raise RuntimeError("x")


def handler(event, context):
    return 1
