import plots
# The import system asks it whether it is still being loaded.
from tool import more


def parse(event):
    return event


def draw(event):
    return plots.line(event)
