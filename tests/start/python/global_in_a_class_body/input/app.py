class A:
    global q
    q = 3
print(q)


def handler(event, context):
    return 1
