import os

FLAGS = {}


def note(name):
    FLAGS[name] = True


if os.environ.get("NOTES"):
    note("notes")


def table(name, size=1):
    return name * size


TABLE = table("a", length=2)

def handler(event, context):
    return 1
