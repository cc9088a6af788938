import os

FILE = os.open("orders.log", os.O_WRONLY | os.O_CREAT)


def handler(event, context):
    return 1
