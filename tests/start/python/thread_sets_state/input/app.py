import threading
done = []
def work():
    done.append(1)
t = threading.Thread(target=work)
t.start()
t.join()
if not done:
    raise RuntimeError("x")


def handler(event, context):
    return 1
