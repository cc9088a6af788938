try:
    raise ValueError("x")
except ValueError as e:
    pass
e = 1
print(e)


def handler(event, context):
    return 1
