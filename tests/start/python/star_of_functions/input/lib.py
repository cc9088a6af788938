def a(): pass
__all__ = [a]
