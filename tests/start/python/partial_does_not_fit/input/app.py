from functools import partial


def area(width, height=2):
    return width * height


double = partial(area, height=4)
SIZE = double()

def handler(event, context):
    return None
