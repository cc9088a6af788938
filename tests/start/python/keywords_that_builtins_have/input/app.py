NAMES = sorted(["b", "a"], key=str.lower, reverse=True)
PARTS = "a,b".split(sep=",", maxsplit=1)
PAIRS = list(zip([1], [2], strict=True))
TOTAL = sum([1], start=2)
NUMBER = int("ff", base=16)
OPTIONS = {"limit": 1}
NAMED = dict(**OPTIONS)
FIRST = max([1], key=abs, default=0)
ROWS = list(enumerate([1], start=1))
NAMES.sort(key=len)
TEXT = str(b"a", encoding="utf-8", errors="strict")
ROUNDED = round(number=1.55, ndigits=1)
POWER = pow(base=2, exp=3)

def handler(event, context):
    return 1
