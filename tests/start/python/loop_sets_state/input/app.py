import asyncio
state = {}
async def main():
    state["a"] = 1
asyncio.run(main())
if "a" not in state:
    raise RuntimeError("x")


def handler(event, context):
    return 1
