import enum


class Color(enum.StrEnum):
    RED = "red"

def handler(event, context):
    return "ok"
