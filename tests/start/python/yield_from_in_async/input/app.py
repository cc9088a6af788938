async def f():
    yield from []


def handler(event, context):
    return 1
