d = {"a": 1}
d.pop("b")


def handler(event, context):
    return 1
