d = {"a": 1}
d.get("b").upper()


def handler(event, context):
    return 1
