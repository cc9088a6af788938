x = 1
del x
print(x)


def handler(event, context):
    return 1
