try:
    int("x")
except ValueError as e:
    err = e
print(err)


def handler(event, context):
    return 1
