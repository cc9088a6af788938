import plots


def parse(event):
    return event


def draw(event):
    return plots.line(event)
