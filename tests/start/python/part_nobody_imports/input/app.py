import p
p.a.f()


def handler(event, context):
    return 1
