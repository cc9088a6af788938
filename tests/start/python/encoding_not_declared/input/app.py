x = "é"
def handler(e, c): pass
