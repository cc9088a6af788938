if {"a": 1, "b": 2} != {"b": 2, "a": 1} or list({"a": 1, "b": 2}) == list({"b": 2, "a": 1}):
    raise RuntimeError("x")


def handler(event, context):
    return 1
