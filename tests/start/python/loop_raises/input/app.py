import asyncio
async def main():
    raise ValueError("x")
asyncio.run(main())


def handler(event, context):
    return 1
