import ctypes

try:
    lib = ctypes.CDLL("libwrapped.so.3")
except OSError:
    lib = None


def handler(event, context):
    return 1
