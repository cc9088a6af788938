import plots
from plots.names import NAMES


def parse(event):
    return event, NAMES


def draw(event):
    return plots.line(event)
