order = 1


def render(text, globals=None):
    return text.format(**(globals or {}))
