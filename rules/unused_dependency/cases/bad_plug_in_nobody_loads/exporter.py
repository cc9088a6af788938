def export():
    pass
