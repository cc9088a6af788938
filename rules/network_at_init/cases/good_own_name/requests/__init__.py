"""Requests of customers."""


def get(name):
    return {"name": name}
