# Nobody lists the folders: a package's `__init__` and a file of data are opened by their names.
from rates import RATE

with open("data/limit.txt") as file:
    LIMIT = int(file.read())


def handler(event, context):
    return RATE * LIMIT
