import ctypes
from ctypes.util import find_library

LIBRARY = ctypes.CDLL(find_library("magic") or "libmagic.so.1")


def task(event):
    return LIBRARY
