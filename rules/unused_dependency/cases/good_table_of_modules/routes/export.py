import sheets


def run():
    return sheets
