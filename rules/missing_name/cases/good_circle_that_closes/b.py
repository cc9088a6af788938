import a


def make():
    return a.A()
