# Loaded by itself, this module is asked for its name while it is still being loaded.
from tool.everything import NAME


def parse(event):
    return NAME
