def f():
    print(total)
    global total


def handler(event, context):
    return 1
