globals()["zeros"] = list
