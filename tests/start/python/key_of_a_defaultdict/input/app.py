from collections import defaultdict
C = defaultdict(list)
C["x"].append(1)


def handler(event, context):
    return "ok"
