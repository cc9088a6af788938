NAMES = {"a": 1}
TEXT = f"{NAMES["a"]}"

def handler(event, context):
    return "ok"
