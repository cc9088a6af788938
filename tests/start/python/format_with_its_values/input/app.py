"{a[0]} {b.real:>5}".format(a=[1], b=2)


def handler(event, context):
    return 1
