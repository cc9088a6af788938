import plots


# The first request asks for it: nothing would be saved.
def parse(event):
    return plots.line(event)
