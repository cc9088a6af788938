def read(rows):
    for row in rows:
        name, value = row.split("=")
        yield name, int(value)


PAIRS = dict(read(["a=1", "b"]))

def handler(event, context):
    return None
