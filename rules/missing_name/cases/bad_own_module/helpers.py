def draw():
    return ""
