try:
    step = 1
    (300).to_bytes(1, "big")
except OverflowError:
    step = 2
rows = [0, 0, 0]
rows[step] = 5
if rows != [0, 0, 5]:
    raise RuntimeError("wrong row")


def handler(event, context):
    return 1
