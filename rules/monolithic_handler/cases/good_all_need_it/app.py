import heavy


def handler(event, context):
    data = heavy.load(event)
    if event["path"] == "/a":
        return data["a"]
    if event["path"] == "/b":
        return data["b"]
    return None
