from ctypes.util import find_library

if not find_library("wrapped_c"):
    raise ImportError("Unable to find wrapped_c")
