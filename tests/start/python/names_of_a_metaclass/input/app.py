class M(type):
    @classmethod
    def __prepare__(m, name, bases):
        return {"extra": 1}
class A(metaclass=M):
    y = extra + 1
if A.y != 2:
    raise RuntimeError("x")


def handler(event, context):
    return 1
