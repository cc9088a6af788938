from importlib import import_module


def setup(apps):
    return [import_module(app.lower() + "") for app in [str(app) for app in open("apps")]]
