def text(*, pattern=None, strict=False):
    return str
