import functools


def with_client(function):
    @functools.wraps(function)
    def inner(*args):
        return function("client", *args)

    return inner


@with_client
def load(client, table):
    return client, table


ROWS = load("orders")


def handler(event, context):
    return "ok"
