from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as ex:
    f = ex.submit(lambda: 5)
if f.result() != 5:
    raise RuntimeError("x")


def handler(event, context):
    return 1
