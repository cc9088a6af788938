import random


def draw():
    return random.randrange(1000000)
