squares = [n * n for n in range(3)]
print(n)


def handler(event, context):
    return 1
