@logged
def orders():
    return 1


def logged(function):
    return function


def handler(event, context):
    return 1
