import os


class BaseSettings:
    def __init__(self, **given):
        lower = {name.lower(): value for name, value in os.environ.items()}
        for cls in type(self).__mro__:
            for name in cls.__dict__.get("__annotations__", {}):
                value = given.get(name, lower.get(name, getattr(type(self), name, None)))
                if value is None:
                    raise ValueError(f"{name}: Field required")
                setattr(self, name, value)
