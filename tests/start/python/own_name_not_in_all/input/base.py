__all__ = ["load"]


def load():
    pass


def fetch():
    pass
