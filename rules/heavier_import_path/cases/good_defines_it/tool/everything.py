from tool import plots


def parse(event):
    return event
