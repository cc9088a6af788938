import os

with open(os.path.join(os.path.dirname(__file__), "names.txt")) as file:
    FIRST = file.read()
    SECOND = file.read()
assert SECOND == "" and FIRST.split()[1] == "b"

def handler(event, context):
    return None
