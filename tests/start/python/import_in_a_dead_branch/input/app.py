import sys

if sys.platform == "win32":
    import not_here


def handler(event, context):
    return 1
