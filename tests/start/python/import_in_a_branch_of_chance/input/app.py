import random

if random.random() > 2:
    import not_here


def handler(event, context):
    return 1
