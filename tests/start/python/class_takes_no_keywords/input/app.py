class A:
    pass
class B(A, tag="x"): pass


def handler(event, context):
    return 1
