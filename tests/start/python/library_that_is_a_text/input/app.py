import ctypes
import os

LIB = ctypes.cdll.LoadLibrary(os.path.join(os.path.dirname(__file__), "libfast.so"))


def handler(event, context):
    return 1
