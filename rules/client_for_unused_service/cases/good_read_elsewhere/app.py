from clients import queue


def handler(event, context):
    return queue.send_message(**event)
