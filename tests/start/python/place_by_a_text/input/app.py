ROWS = [{"name": "a"}]
ROWS.append({"name": "b"})
FIRST = ROWS["name"]

def handler(event, context):
    return None
