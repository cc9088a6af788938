from importlib import import_module


def found(name, module, package):
    if module is None:
        try:
            return import_module(f".{name}", package)
        except ModuleNotFoundError:
            raise AttributeError(name) from None
    return getattr(import_module(f".{module}", package), name)
