import builtins
import types

before = builtins.__import__


def own(name, *rest, **named):
    if name == "virtual":
        return types.SimpleNamespace(x=1)
    return before(name, *rest, **named)


builtins.__import__ = own
import virtual


def handler(event, context):
    return None
