__all__ = ["load", "fetch"]


def load():
    pass
