import a


def value():
    return a.A
