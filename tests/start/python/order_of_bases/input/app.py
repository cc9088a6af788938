class A: pass
class B(A): pass
class C(A, B): pass


def handler(event, context):
    return "ok"
