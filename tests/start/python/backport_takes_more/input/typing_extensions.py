import typing


class TypeVar:
    def __new__(cls, name, *constraints, default=None):
        return typing.TypeVar(name, *constraints)
