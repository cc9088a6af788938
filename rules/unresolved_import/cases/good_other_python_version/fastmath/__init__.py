from fastmath._core import add
