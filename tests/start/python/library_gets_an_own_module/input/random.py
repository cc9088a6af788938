class Random:
    pass
