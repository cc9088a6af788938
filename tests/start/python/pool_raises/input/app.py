from concurrent.futures import ThreadPoolExecutor
def f():
    raise ValueError("x")
ex = ThreadPoolExecutor(1)
fut = ex.submit(f)
ex.shutdown()
if fut.exception() is None:
    raise RuntimeError("x")


def handler(event, context):
    return 1
