import asyncio
state = []
async def init(n):
    state.append(n)
    return n
async def main():
    r = await asyncio.gather(init(1), init(2))
    return r
r = asyncio.run(main())
if len(state) != 2 or r != [1, 2]:
    raise RuntimeError("x")


def handler(event, context):
    return 1
