order = 1


def named(name):
    return globals().get(name) or globals()[name]
