import ctypes
import os

LIB = ctypes.CDLL(os.path.join(os.path.dirname(__file__), "lib", "libfast.so"))


def handler(event, context):
    return 1
