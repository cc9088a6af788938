e = 3
try:
    raise ValueError("x")
except ValueError as e:
    pass
print(e)


def handler(event, context):
    return 1
