def fill(table):
    globals().update(table)


fill({"ord" + "ers": 1})
