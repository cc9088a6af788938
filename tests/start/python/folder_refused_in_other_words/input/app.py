import os

try:
    os.mkdir("logs")
except FileExistsError:
    pass


def handler(event, context):
    return 1
