def __getattr__(name):
    if name == "load":
        return len
    raise AttributeError(name)
