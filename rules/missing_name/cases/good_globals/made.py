import os

for name in os.environ.get("NAMES", "").split():
    globals()[name] = name
