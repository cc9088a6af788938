from functools import singledispatch
@singledispatch
def show(x):
    raise TypeError("no")
@show.register(int)
def _(x):
    return "int"
@show.register
def _(x: str):
    return "str"
if show(1) != "int" or show("a") != "str":
    raise RuntimeError("x")


def handler(event, context):
    return 1
