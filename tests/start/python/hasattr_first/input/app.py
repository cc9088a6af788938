import enum

Base = enum.StrEnum if hasattr(enum, "StrEnum") else str

def handler(event, context):
    return "ok"
