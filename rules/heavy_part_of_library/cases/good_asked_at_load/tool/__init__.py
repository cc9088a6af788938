import plots

# The loader would wake at once.
LINE = plots.__name__


def parse(event):
    return event


def draw(event):
    return plots.line(event)
