from ._core import add, total  # ~ wrong-architecture
