import plots


def parse(event):
    return event


# An annotation runs with its definition.
def draw(event: plots.Line):
    return plots.line(event)
