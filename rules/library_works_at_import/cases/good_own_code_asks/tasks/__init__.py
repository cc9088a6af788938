import time


def task(event):
    time.sleep(1)
