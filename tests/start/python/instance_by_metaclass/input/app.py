class M(type):
    def __instancecheck__(cls, o):
        return True
class A(metaclass=M):
    pass
if not isinstance(1, A):
    raise RuntimeError("x")


def handler(event, context):
    return 1
