import p
p.a.f()
import p.a


def handler(event, context):
    return 1
