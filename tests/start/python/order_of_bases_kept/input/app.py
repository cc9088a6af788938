class A: pass
class B(A): pass
class C(B, A): pass


def handler(event, context):
    return "ok"
