class A: pass
class C(A, A): pass


def handler(event, context):
    return "ok"
