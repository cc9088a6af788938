MOVED = {"Settings"}


def __getattr__(name):
    if name in MOVED:
        raise ImportError(name)
    raise AttributeError(name)
