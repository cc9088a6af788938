try:
    from . import _core
except ImportError as exc:
    message = f"Importing the fastmath extensions failed: {exc}"
    raise ImportError(message) from exc
