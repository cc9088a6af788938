from __future__ import annotations


def label(name: str | None) -> str:
    return name or ""

def handler(event, context):
    return "ok"
