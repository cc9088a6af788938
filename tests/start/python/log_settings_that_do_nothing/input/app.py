import logging

logging.basicConfig(filename="orders.log", level=logging.INFO)


def handler(event, context):
    return "ok"
