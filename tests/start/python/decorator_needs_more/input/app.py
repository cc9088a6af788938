def deco(f, x): return f
@deco
def target(): pass


def handler(event, context):
    return 1
