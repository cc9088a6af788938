DEFAULTS = {"a": 1}
ALL = DEFAULTS | {"b": 2}
ROW = [0] * 3 + [1]
TEXT = "-" * 10
LEFT = {1, 2} - {2}
ROW += (4, 5)
assert len(ROW) == 6 and True + 1 == 2 and [1] < [2]

def handler(event, context):
    return None
