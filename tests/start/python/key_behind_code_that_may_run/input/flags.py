FLAGS = {}


def note(name):
    FLAGS[name] = True
