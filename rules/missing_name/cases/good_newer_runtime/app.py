from datetime import UTC
from enum import StrEnum


def handler(event, context):
    return "ok"
