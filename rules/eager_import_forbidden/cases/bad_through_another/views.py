import charts  # ~ eager-import-forbidden


def show(event):
    return charts.draw(event)
