import p
def load():
    import p.a
load()
p.a.f()


def handler(event, context):
    return 1
