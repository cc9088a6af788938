from importlib import import_module


def __getattr__(name):
    if name == "handler":
        return import_module("svc.code").handler
    raise AttributeError(name)
