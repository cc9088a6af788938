import importlib
importlib.util.find_spec("json")


def handler(event, context):
    return 1
