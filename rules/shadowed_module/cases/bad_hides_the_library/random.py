# ~ shadowed-module


def pick(items):
    return items[0]
