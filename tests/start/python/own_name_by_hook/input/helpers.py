def __getattr__(name):
    if name == "fetch":
        return len
    raise AttributeError(name)
