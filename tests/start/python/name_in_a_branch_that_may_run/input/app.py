import time

if time.time() < 0:
    print(rwo)


def handler(event, context):
    return 1
