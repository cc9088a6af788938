import threading
threading.excepthook = lambda a: None
def work():
    import not_there_mod
threading.Thread(target=work).start()


def handler(event, context):
    return 1
