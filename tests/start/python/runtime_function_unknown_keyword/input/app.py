import threading

WORKER = threading.Thread(targets=print)

def handler(event, context):
    return None
