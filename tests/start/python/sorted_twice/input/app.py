rows = [("b", 1), ("a", 1), ("c", 0)]
rows.sort(key=lambda r: r[1])
rows.sort(key=lambda r: r[0], reverse=True)
if rows != [("c", 0), ("b", 1), ("a", 1)]:
    raise RuntimeError("x")


def handler(event, context):
    return 1
