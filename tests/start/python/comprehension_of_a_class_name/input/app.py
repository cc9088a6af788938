class A:
    size = 3
    rows = [i for i in range(size)]


def handler(event, context):
    return 1
