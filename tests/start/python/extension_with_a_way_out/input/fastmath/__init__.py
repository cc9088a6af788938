try:
    from . import _core
except ImportError:
    _core = None


def area(a, b):
    return a * b
