e = 3
try:
    int("4")
except ValueError as e:
    pass
print(e)


def handler(event, context):
    return 1
