import collections

ROWS = [3, 1, 2]
ROWS.insert(0, 4)
ROWS.sort()
BEST = max(ROWS), min(1, 2, 3), list(map(lambda a, b: a + b, ROWS, ROWS)), sum(ROWS, 1), round(1.25, 1)
LAST = ROWS.pop(), getattr(ROWS, "none", None), next(iter([]), 1), list(range(1, 9, 2)), sorted(ROWS)
WORDS = " a b ".strip().split(" ", 1), "a-b".replace("-", "", 1), "abc".find("c", 0, 3), "a".ljust(3, ".")
ORDER = collections.OrderedDict(a=1, b=2)
FIRST = ORDER.popitem(False), ORDER.get("b", 1), dict(a=1).pop("x", None)


def handler(event, context):
    return 1
