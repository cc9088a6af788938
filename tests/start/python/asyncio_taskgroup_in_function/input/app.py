import asyncio


def group():
    return asyncio.TaskGroup()

def handler(event, context):
    return "ok"
