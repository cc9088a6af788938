def read(rows):
    for row in rows:
        name, value = row.split("=")
        yield name, int(value)


FIRST = next(read(["a=1", "b"]))
assert FIRST == ("a", 1)

def handler(event, context):
    return None
