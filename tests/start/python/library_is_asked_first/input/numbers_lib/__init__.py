_FORMER = {n: f"`{n}` was an alias" for n in ["float", "int"]}


def __getattr__(name):
    if name in _FORMER:
        raise AttributeError(_FORMER[name])
    raise AttributeError(name)
