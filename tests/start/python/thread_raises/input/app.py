import threading
threading.excepthook = lambda a: None
def work():
    raise RuntimeError("x")
t = threading.Thread(target=work)
t.start(); t.join()


def handler(event, context):
    return 1
