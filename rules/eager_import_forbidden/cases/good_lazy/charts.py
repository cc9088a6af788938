def draw(event):
    return event
