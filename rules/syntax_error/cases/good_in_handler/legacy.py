def render(value):
    print "legacy", value
    return value
