import time

count = 3


def main():
    global count
    if time.time() < 0:
        count = 13


main()
if count != 3:
    raise RuntimeError("set")


def handler(event, context):
    return 1
