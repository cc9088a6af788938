import time

time.sleep(20)


def handler(event, context):
    return {}
