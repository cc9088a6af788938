import asyncio

GROUP = asyncio.TaskGroup

def handler(event, context):
    return "ok"
