from functools import singledispatchmethod
class A:
    @singledispatchmethod
    def show(self, x):
        raise TypeError("no")
    @show.register
    def _(self, x: int):
        return "int"
if A().show(1) != "int":
    raise RuntimeError("x")


def handler(event, context):
    return 1
