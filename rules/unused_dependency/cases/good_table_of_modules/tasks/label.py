import labels


def run():
    return labels
