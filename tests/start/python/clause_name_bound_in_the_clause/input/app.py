try:
    raise ValueError("x")
except ValueError as e:
    e = 5
try:
    e
except NameError:
    pass
else:
    raise RuntimeError


def handler(event, context):
    return 1
