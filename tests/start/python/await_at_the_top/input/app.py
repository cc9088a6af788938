import asyncio
await asyncio.sleep(0)


def handler(event, context):
    return 1
