from lib.lazy import found


def __getattr__(name):
    return found(name, "prompt", "lib")
