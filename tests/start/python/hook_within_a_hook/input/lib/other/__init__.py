from lib.lazy import found


def __getattr__(name):
    return found(name, None, "lib.other")
