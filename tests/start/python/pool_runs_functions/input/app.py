from concurrent.futures import ThreadPoolExecutor
out = []
with ThreadPoolExecutor() as ex:
    ex.submit(out.append, 1)
    ex.submit(lambda: out.append(2))
if len(out) != 2:
    raise RuntimeError("x")


def handler(event, context):
    return 1
