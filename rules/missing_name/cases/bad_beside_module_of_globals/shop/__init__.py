from .globals import current
