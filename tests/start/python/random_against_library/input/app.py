import random

PICK = random.choice([1, 2])

def handler(event, context):
    return "ok"
