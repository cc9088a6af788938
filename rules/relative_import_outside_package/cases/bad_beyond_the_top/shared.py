def log():
    pass
