it = iter([1, 2, 3])
head = next(it)
rest = list(it)
if head != 1 or rest != [2, 3]:
    raise RuntimeError("x")


def handler(event, context):
    return 1
