import ctypes

lib = ctypes.CDLL("libc.so.6")


def handler(event, context):
    return 1
