import os

__version__ = "4"
NAMES = {}
for name in os.environ:
    NAMES[name] = name.lower()
KNOWN = {"a": 1}
try:
    FOUND = KNOWN["b"]
except LookupError:
    FOUND = None
