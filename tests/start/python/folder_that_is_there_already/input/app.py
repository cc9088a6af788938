import os

os.mkdir("data")


def handler(event, context):
    return 1
