import tool.plots


def parse(event):
    return event
