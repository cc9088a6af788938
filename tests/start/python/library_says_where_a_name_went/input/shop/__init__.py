from .moved import hook

__getattr__ = hook(__name__)
