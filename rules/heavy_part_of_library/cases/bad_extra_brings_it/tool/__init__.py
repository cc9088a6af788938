try:
    import arrays
except ImportError:
    arrays = None


def parse(event):
    return event


def pack(event):
    return arrays.pack(event)
