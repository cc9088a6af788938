import plots


def draw(event):
    return plots.line(event)
