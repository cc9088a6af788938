from time import sleep

sleep(1)  # ~ blocking-at-init


def handler(event, context):
    return "ok"
