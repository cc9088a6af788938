NAMES = ["a", "b"]
NAMES.append("c")
NAMES.remove("a")
AT = NAMES.index("a")

def handler(event, context):
    return None
