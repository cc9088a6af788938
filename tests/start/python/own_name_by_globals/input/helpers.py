for _name in ("fetch", "load"):
    globals()[_name] = len
