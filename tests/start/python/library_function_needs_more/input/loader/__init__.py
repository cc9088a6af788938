def load(stream, Loader):
    return Loader(stream)
