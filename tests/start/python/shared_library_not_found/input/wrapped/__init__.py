import ctypes
import sys
from ctypes.util import find_library


def candidates():
    yield find_library("wrapped_c")
    if sys.platform == "darwin":
        yield "libwrapped_c.dylib"
    elif sys.platform == "linux":
        yield "libwrapped_c.so.1"


def load():
    for name in candidates():
        if name is None:
            continue
        try:
            return ctypes.CDLL(name)
        except OSError:
            pass
    else:
        raise ImportError("failed to find libwrapped_c")


lib = load()
