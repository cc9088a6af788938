# coding: latin-1
def handler(e, c): pass
