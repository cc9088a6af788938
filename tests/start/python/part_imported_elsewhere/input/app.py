import p
import q
p.a.f()


def handler(event, context):
    return 1
