try:
    from plots import line
except ImportError:
    line = None


def parse(event):
    return event


def draw(event):
    return line(event)
