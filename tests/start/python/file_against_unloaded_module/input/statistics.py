def pretty(value):
    return value
