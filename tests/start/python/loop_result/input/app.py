import asyncio
async def one():
    return 1
async def main():
    return await one() + 1
if asyncio.run(main()) != 2:
    raise RuntimeError("x")


def handler(event, context):
    return 1
