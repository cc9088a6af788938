import sys

if sys.version_info < (3, 10):
    raise RuntimeError("Python 3.10 is needed")
