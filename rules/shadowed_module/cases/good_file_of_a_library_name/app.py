import queue

WIDTH = queue.WIDTH


def handler(event, context):
    return "ok"
