import asyncio
value = None
async def init():
    global value
    value = 1
async def main():
    t = asyncio.create_task(init())
    await t
asyncio.run(main())
if value is None:
    raise RuntimeError("x")


def handler(event, context):
    return 1
