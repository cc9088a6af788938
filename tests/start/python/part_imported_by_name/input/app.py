import p, importlib
importlib.import_module("p.a")
p.a.f()


def handler(event, context):
    return 1
