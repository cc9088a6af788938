"""Annotations of local variables are not evaluated."""


def handler(event, context):
    name: str | None = event.get("name")
    return name
