def parse(event):
    return event
