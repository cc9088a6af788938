def _fetch():
    pass
