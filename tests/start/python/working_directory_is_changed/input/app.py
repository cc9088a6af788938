import os

os.chdir("/tmp")
with open("state-of-orders.json", "w") as file:
    file.write("{}")
with open("state-of-orders.json") as file:
    STATE = file.read()


def handler(event, context):
    return 1
