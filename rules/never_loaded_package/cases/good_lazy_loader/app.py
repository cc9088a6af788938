import importlib.util
import sys


def lazily(name):
    spec = importlib.util.find_spec(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


sheets = lazily("sheets")
frames = lazily("frames")


def handler(event, context):
    return sheets.render(event)
